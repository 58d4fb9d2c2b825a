"""会议记录: written from agenda and roll, filed, read above."""
