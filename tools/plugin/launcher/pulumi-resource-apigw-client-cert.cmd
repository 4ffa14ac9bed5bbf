@echo off
rem What the file of the same name without .cmd does, for Windows.
if not "%APIGW_CLIENT_CERT_PYTHON%" == "" (
    "%APIGW_CLIENT_CERT_PYTHON%" -I "%~dp0." %*
    exit /b
)
if not exist "%~dp0.venv\.ready" (
    py -3 -I "%~dp0prepare.py" 1>&2 || exit /b 1
)
if "%~1" == "--prepare" exit /b 0
"%~dp0.venv\Scripts\python.exe" -I "%~dp0." %*
