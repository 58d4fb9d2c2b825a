"""会议记录: written, filed, sent back, read, printed."""
