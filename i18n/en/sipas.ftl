# Giao diện / interface

# statistics: sipas estimate
estimate-unreadable = Cannot read the file { $file }: { $detail }
