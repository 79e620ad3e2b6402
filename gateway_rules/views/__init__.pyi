from .budget_curves import (
    print_curves as print_curves,
)
from .catalogue_text import (
    flow_style as flow_style,
)
from .catalogue_text import (
    print_catalogue as print_catalogue,
)
from .cover_tables import (
    print_cover as print_cover,
)
from .diff_markdown import (
    review_as_markdown as review_as_markdown,
)
from .diff_text import (
    plain as plain,
)
from .diff_text import (
    review_as_text as review_as_text,
)
from .explanation_text import (
    print_report as print_report,
)
from .page.gather import (
    page_content as page_content,
)
from .page.gather import (
    write_page as write_page,
)
from .page.page import (
    page_html as page_html,
)
from .plan_tables import (
    print_plan as print_plan,
)
from .preflight_text import (
    print_preflight as print_preflight,
)
from .repair_text import (
    repair_lines as repair_lines,
)
from .verification_text import (
    alike as alike,
)
from .verification_text import (
    packet_line as packet_line,
)
from .verification_text import (
    print_verification as print_verification,
)
