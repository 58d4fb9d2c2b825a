"""积分办法: read as sentences, checked, published, narrowed."""
