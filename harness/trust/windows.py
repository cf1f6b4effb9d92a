"""Two PowerShell scripts: one brings the authorities into a certificate store of Windows, the other takes them away.

Both name the certificates by thumbprint, so what one brings the other finds, wherever somebody moved it since. They
are written for Windows PowerShell 5.1, which reads Japanese only after a byte order mark.
"""

from collections.abc import Sequence

from harness.trust.material import AuthorityFile

STORE = "KazashiTest"
"""A store of its own: nothing on the machine trusts what is in it, but for a product that is told to."""
IMPORT_NAME, REMOVE_NAME = "import-windows.ps1", "remove-windows.ps1"

_IMPORT = r"""#Requires -Version 5.1
# Kazashi: brings the test authorities into Cert:\CurrentUser\@STORE@, a store that nothing trusts by itself.
# Kazashi: 試験用認証局の証明書を Cert:\CurrentUser\@STORE@ に取り込む(このストアは既定では信頼されない)。
# -Root asks, then uses Cert:\CurrentUser\Root instead / -Root は確認のうえ「信頼されたルート」に取り込む。
[CmdletBinding()]
param([switch]$Root)
$ErrorActionPreference = 'Stop'

$certificates = [ordered]@{
@TABLE@
}

# (1) Only the very certificates that this script was written for.
foreach ($thumbprint in $certificates.Keys) {
    $file = Join-Path $PSScriptRoot $certificates[$thumbprint]
    $certificate = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList $file
    if ($certificate.Thumbprint -ne $thumbprint) {
        throw "${file}: expected thumbprint $thumbprint, actual $($certificate.Thumbprint); export anew"
    }
}

# (2) Never into Root without being asked for it, and never without a person who confirms.
$storeName = '@STORE@'
if ($Root) {
    $question = "Every program of this user will trust TEST authorities until remove-windows.ps1 is run. Go on? / " +
        "このユーザーの全プログラムが試験用認証局を信頼します。続けますか?"
    if (-not $PSCmdlet.ShouldContinue($question, 'Kazashi: Cert:\CurrentUser\Root')) {
        Write-Warning 'Nothing was imported / 取り込みませんでした'
        exit 1
    }
    $storeName = 'Root'
}

# (3) Opening a store for writing makes it when it is not there; Import-Certificate would not.
$store = New-Object System.Security.Cryptography.X509Certificates.X509Store -ArgumentList $storeName, 'CurrentUser'
$store.Open('ReadWrite')
$store.Close()
foreach ($thumbprint in $certificates.Keys) {
    $file = Join-Path $PSScriptRoot $certificates[$thumbprint]
    Import-Certificate -FilePath $file -CertStoreLocation "Cert:\CurrentUser\$storeName" | Out-Null
    Write-Host "Cert:\CurrentUser\$storeName\$thumbprint"
}
"""

_REMOVE = r"""#Requires -Version 5.1
# Kazashi: removes exactly these test authorities from every store of this user and of this machine.
# Kazashi: 下記の試験用認証局の証明書だけを、このユーザーと端末の全ストアから取り除く。
# As an administrator also where the machine's stores have them / 端末側のストアにある場合は管理者として実行する。
[CmdletBinding()]
param()
$ErrorActionPreference = 'Stop'

$thumbprints = @(
@TABLE@
)

function Find-Kazashi([string]$Location) {
    Get-ChildItem -Path "Cert:\$Location" -Recurse -ErrorAction Continue |
        Where-Object { $thumbprints -contains $_.Thumbprint }
}

# The machine's stores first: a user's store also shows what the machine's holds.
foreach ($location in 'LocalMachine', 'CurrentUser') {
    foreach ($certificate in @(Find-Kazashi $location)) {
        try {
            Remove-Item -LiteralPath $certificate.PSPath
            Write-Host "removed / 削除: $($certificate.PSPath)"
        } catch {
            Write-Warning "$($certificate.PSPath): $($_.Exception.Message)"
        }
    }
}

$left = @(Find-Kazashi 'LocalMachine') + @(Find-Kazashi 'CurrentUser')
if ($left.Count -gt 0) {
    $left | ForEach-Object { Write-Warning "still there / 残存: $($_.PSPath)" }
    Write-Warning 'Run this script as an administrator / 管理者として実行してください'
    exit 1
}
Write-Host 'None is left / すべて取り除きました'
"""


def import_script(authorities: Sequence[AuthorityFile]) -> bytes:
    """Return the script that imports the DER files beside it."""
    return _script(_IMPORT, [f"    '{one.thumbprint}' = '{one.name}.cer'" for one in authorities], "\n")


def remove_script(authorities: Sequence[AuthorityFile]) -> bytes:
    """Return the script that removes the same certificates."""
    return _script(_REMOVE, [f"    '{one.thumbprint}'" for one in authorities], ",\n")


def _script(template: str, rows: list[str], between: str) -> bytes:
    text = template.replace("@STORE@", STORE).replace("@TABLE@", between.join(rows))
    return text.replace("\n", "\r\n").encode("utf-8-sig")
