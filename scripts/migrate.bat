@echo off
rem Runs crosstrack on this repository from any folder: scripts\migrate.bat up, scripts\migrate.bat status --check.
rem
rem The installed program when there is one, else `cargo xtask db`, which builds it. Arguments go through as they are, paths
rem in them are relative to the repository, and the exit code is crosstrack's own (README.md, "Exit codes"); 9009 when there
rem is neither the program nor cargo. Without arguments it shows the help and touches nothing.
setlocal
pushd "%~dp0.." || exit /b 2

where /q crosstrack
if not errorlevel 1 goto installed
where /q cargo
if not errorlevel 1 goto cargo
echo error: there is neither crosstrack nor cargo on PATH 1>&2
echo    next: install Rust, or put the program crosstrack on PATH 1>&2
popd
exit /b 9009

:installed
if "%~1"=="" goto installed_help
crosstrack %*
goto done
:installed_help
crosstrack help
goto done

:cargo
if "%~1"=="" goto cargo_help
cargo xtask db %*
goto done
:cargo_help
cargo xtask db help

:done
set "code=%ERRORLEVEL%"
popd
exit /b %code%
