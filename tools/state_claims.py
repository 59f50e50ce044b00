"""Put the current numbers of figures/claims.csv into README.md, where it marks them."""

from pathlib import Path

import pandas as pd

from jiedao.claims import state_claims

readme = Path("README.md")
claims = pd.read_csv("figures/claims.csv", dtype={"printed": str})
readme.write_text(state_claims(readme.read_text("utf-8"), claims), "utf-8")
