"""Put the current numbers of figures/claims.csv into both READMEs, where they mark them."""

from pathlib import Path

import pandas as pd

from jiedao.claims import state_claims

claims = pd.read_csv("figures/claims.csv", dtype={"printed": str})
for readme in (Path("README.md"), Path("README.zh-CN.md")):
    readme.write_text(state_claims(readme.read_text("utf-8"), claims), "utf-8")
