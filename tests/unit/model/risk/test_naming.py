"""A naming travels as what was said."""

from garde.model.codec import decode, encode
from garde.model.risk.naming import Naming


def test_it_comes_back_as_itself() -> None:
    one = Naming(id="n", at=5, said="GEMS", maker="GE HealthCare", product="Optima", person="k", agrees=False)
    assert decode(encode(one)) == one
