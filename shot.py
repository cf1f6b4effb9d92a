import json,sys
from pathlib import Path
import msgspec
from loadtests.result import Result
from loadtests.report.page import page
for src,name in ((sys.argv[1],'a'),(sys.argv[2],'b')):
    d=json.loads(Path(src,'load.json').read_text())
    r=msgspec.convert(d,Result)
    for l in ('ja','en'): Path(f'/tmp/kz/s9/scratch-load/{name}-{l}.html').write_text(page(r,language=l))
