"""积分办法: documents, their checks, their sentences, and where they hold."""
