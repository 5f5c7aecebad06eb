"""The page: a conversation whose every citation opens the article at the words quoted."""

import os

# Read by Gradio when its first `Blocks` is built; otherwise it would report to its makers, and
# without a network hold the process back for seconds when it ends.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
