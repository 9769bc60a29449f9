; The installer for Windows, made from dist/flexscout by Inno Setup 6: iscc /DVersion=1.0 packaging/windows.iss
[Setup]
AppName=flexscout
AppVersion={#Version}
AppPublisher=flexscout
DefaultDirName={autopf}\flexscout
DefaultGroupName=flexscout
DisableProgramGroupPage=yes
; For the current user, without an administrator.
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2
SolidCompression=yes
LicenseFile=..\LICENSE
OutputDir=..\dist
OutputBaseFilename=flexscout-{#Version}-windows
UninstallDisplayIcon={app}\flexscout-window.exe

[Files]
Source: "..\dist\flexscout\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{autodesktop}\flexscout"; Filename: "{app}\flexscout-window.exe"
Name: "{group}\flexscout"; Filename: "{app}\flexscout-window.exe"

[Run]
Filename: "{app}\flexscout-window.exe"; Description: "Open flexscout"; Flags: postinstall nowait skipifsilent
