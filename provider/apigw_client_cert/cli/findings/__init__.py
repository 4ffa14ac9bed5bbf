"""What there is to say of a rotation: what is due, what somebody waits for, what needs a person.

No rule is here: ``rotation/`` decides, and each resource's ``diff`` says what its next update will do.
"""
