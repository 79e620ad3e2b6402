from .deploy import Gateway as Gateway
from .inputs import Site as Site
from .inputs import read_catalogue as read_catalogue
from .planning import Plan as Plan
from .planning import plan as plan
