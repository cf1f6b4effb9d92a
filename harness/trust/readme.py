"""README.txt of an export: what each file is and how it is used, in Japanese and in English."""

from harness.trust.material import Material
from harness.trust.windows import STORE

_TEXT = """Kazashi 試験用の信頼材料 / trust material of a Kazashi test installation
========================================================================

これらは試験専用です。本番の信頼ストアに入れないでください。秘密鍵は含まれていません。
For tests only: never put these into a productive trust store. No private key is among them.
入れたままになっていないかの確認 / to find what was forgotten:  kazashi trust find FILE...

{list}

日本語
------
* 製品自身の信頼ストア(利用者証明書を検証するための設定)に取り込んでください。
  Java の -Djavax.net.ssl.trustStore は使わないでください。それは JVM の全 TLS 接続の信頼先を
  置き換える設定で、利用者証明書の検証とは別のものです。
* Java:  KeyStore.getInstance("PKCS12" または "JKS") で読み、new PKIXParameters(keyStore) に渡します。
  パスワード: {password_ja}。PKCS#12 は Java 8u301 以降。
  利用者の証明書は certificatePolicies が critical で CPS 修飾子を持つため、
  parameters.setPolicyQualifiersRejected(false) がないと Java は必ず拒否します(修飾子は製品側で確認する)。
{jks_ja}* .NET:  X509Chain の ChainPolicy.CustomTrustStore に auth-ca.cer などを加え、
  TrustMode = CustomRootTrust とします(.NET 5 以降)。
* Windows の証明書ストア:  powershell -ExecutionPolicy Bypass -File import-windows.ps1
  取り込み先は CurrentUser\\{store} です(このストアを既定で信頼するプログラムはありません)。
  -Root を付けると確認のうえ CurrentUser\\Root に入ります。
  終わったら必ず remove-windows.ps1 で取り除いてください(空のストア {store} は残ります)。
* カード発行者鍵 (card-issuer-*.pem) は証明書ではなく公開鍵です。ファイル名が鍵 ID(16 バイト)です。
  6000023 で始まる ID(36303030303233…)は券面事項確認AP、6000033(36303030303333…)は券面事項入力補助APの
  EF 0004 (CVC) を検証する鍵です。
* 証明書内の OCSP アドレス({hosts})を疑似 J-LIS に届ける方法は二つあります。
  (1) kazashi trust proxy を動かし、HTTP プロキシとして指定する:
      java -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128 …   環境変数なら http_proxy=http://127.0.0.1:3128
  (2) hosts の行を /etc/hosts または C:\\Windows\\System32\\drivers\\etc\\hosts に加え、
      kazashi trust proxy --port 80 を動かす(80 番ポートを開く権限が必要)。使い終えたら行を消す。
  JDK 自身の失効確認 (PKIXRevocationChecker) は OCSP 応答の新しさを端末の時計で判断します。
  疑似 J-LIS の時計を端末の現在時刻に合わせておいてください(kazashi up の既定)。
  署名用証明書には OCSP アドレスがありません。http://ocspsignnorm.jpki.test
  (スマホ用は http://ocspsignmobile.jpki.test)を製品に設定してください。
  失効リストの配布点は名前であって URL ではないため、どちらの方法も関係しません。

English
-------
* Import these into the product's own trust store, the one it verifies card certificates with.
  Java's -Djavax.net.ssl.trustStore is not wanted: it replaces whom the whole JVM trusts for TLS,
  which is another question than whose cards are genuine.
* Java:  read it with KeyStore.getInstance("PKCS12" or "JKS"), hand it to new PKIXParameters(keyStore).
  Password: {password_en}. The PKCS#12 file is for Java 8u301 and later.
  The leaves carry critical certificatePolicies with a CPS qualifier: without
  parameters.setPolicyQualifiersRejected(false) Java refuses every one of them (the product looks at qualifiers itself).
{jks_en}* .NET:  add auth-ca.cer and the others to ChainPolicy.CustomTrustStore of an X509Chain,
  with TrustMode = CustomRootTrust (.NET 5 and later).
* Windows certificate store:  powershell -ExecutionPolicy Bypass -File import-windows.ps1
  It fills CurrentUser\\{store}, a store that no program trusts by itself.
  With -Root it asks, then fills CurrentUser\\Root instead.
  Run remove-windows.ps1 when you are done (the store {store} stays, empty).
* Card-issuer keys (card-issuer-*.pem) are public keys, not certificates; the file's name is the key id (16 bytes).
  An id that begins 6000023 (36303030303233...) verifies EF 0004 (CVC) of the visual application, 6000033
  (36303030303333...) that of the text application, and so the signature of its EF 0003.
* Two ways lead from the OCSP addresses in the certificates ({hosts}) to the fake J-LIS:
  (1) run `kazashi trust proxy` and name it as the HTTP proxy:
      java -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128 ...   or http_proxy=http://127.0.0.1:3128
  (2) add the lines of `hosts` to /etc/hosts or C:\\Windows\\System32\\drivers\\etc\\hosts and run
      `kazashi trust proxy --port 80` (which needs the right to open port 80); take them out again afterwards.
  The JDK's own revocation checker judges the age of an OCSP answer by the machine's clock, whatever date it is
  given: leave the world's clock at the machine's now (the default of `kazashi up`).
  Signature certificates carry no OCSP address: set http://ocspsignnorm.jpki.test in the product
  (http://ocspsignmobile.jpki.test for those in phones).
  Distribution points of revocation lists are names, not URLs; neither way concerns them.
"""

_JKS_LEFT_OUT_JA = """  truststore.jks はありません(keytool が見つからないため)。JDK のある端末で次を実行すると作れます:
  keytool -importkeystore -srckeystore truststore.p12 -srcstoretype PKCS12 \\
          -destkeystore truststore.jks -deststoretype JKS
"""
_JKS_LEFT_OUT_EN = """  truststore.jks is left out: there was no keytool. Where there is a JDK, this makes it:
  keytool -importkeystore -srckeystore truststore.p12 -srcstoretype PKCS12 \\
          -destkeystore truststore.jks -deststoretype JKS
"""


def readme(found: Material, hosts: list[str], *, password: str | None, with_jks: bool) -> bytes:
    """Return the text; `password` None says that it is the one the user gave, which stands nowhere."""
    rows = [
        *(
            (f"{one.name}.pem, {one.name}.cer", f"PEM, DER: {one.kind}, SHA-256 {one.sha256}")
            for one in found.authorities
        ),
        ("authorities.pem", "認証局証明書すべて / all authority certificates (PEM)"),
        ("truststore.p12", "同上 / the same (PKCS#12, Java & .NET)"),
        *([("truststore.jks", "同上 / the same (Java key store, JKS)")] if with_jks else []),
        *((f"{key.name}.pem", f"カード発行者鍵 / card-issuer key, SHA-256 {key.sha256}") for key in found.issuer_keys),
        ("import-windows.ps1", "Windows に取り込む / import into Windows"),
        ("remove-windows.ps1", "Windows から取り除く / remove from Windows"),
        ("hosts", "hosts ファイルの行 / lines for a hosts file"),
        ("manifest.json", "指紋一覧 / fingerprints of everything"),
    ]
    text = _TEXT.format(
        list="\n".join(f"{name}\n    {what}" for name, what in rows),
        store=STORE,
        hosts=", ".join(hosts),
        password_ja=password or "書き出し時に --password で指定したもの",
        password_en=password or "the one given with --password",
        jks_ja="" if with_jks else _JKS_LEFT_OUT_JA,
        jks_en="" if with_jks else _JKS_LEFT_OUT_EN,
    )
    return text.replace("\n", "\r\n").encode("utf-8-sig")
