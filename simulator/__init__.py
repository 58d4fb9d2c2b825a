"""A stateful simulator of WeChat's server side, for development and tests; it stands alone."""
