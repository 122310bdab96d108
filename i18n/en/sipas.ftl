# Giao diện / interface
