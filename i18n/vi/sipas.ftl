# Giao diện / interface

# statistics: sipas estimate
estimate-unreadable = Không đọc được tệp { $file }: { $detail }
