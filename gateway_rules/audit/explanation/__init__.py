"""Why a packet passes or does not."""
