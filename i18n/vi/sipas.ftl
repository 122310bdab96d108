# Giao diện / interface

# Phiếu khảo sát: kiểm tra / definitions: what is wrong
definition-not-toml = Tệp không đúng cú pháp TOML: { $detail }.
definition-unknown-key = Không có khóa “{ $key }” ở đây.
definition-missing-key = Thiếu khóa “{ $key }”; hãy thêm { $key } = ….
definition-wrong-type = Giá trị không đúng; ở đây cần { $expected }.
definition-expected-text = chữ trong ngoặc kép, ví dụ "abc"
definition-expected-number = một số, ví dụ 0.9
definition-expected-whole = một số nguyên từ { $min } đến { $max }
definition-expected-truth = true hoặc false
definition-expected-list = một danh sách trong ngoặc vuông, ví dụ ["a", "b"]
definition-expected-table = một bảng các khóa và giá trị
definition-expected-texts = chữ theo từng ngôn ngữ, ví dụ { "{" } vi = "…", en = "…" { "}" }
definition-expected-condition = một điều kiện, ví dụ { "{" } question = "…", in = ["…"] { "}" }, hoặc all, any, not
definition-expected-one-of = một trong các từ: { $words }
definition-unreadable = Không đọc được giá trị: { $detail }.
definition-unknown-format = Chương trình này chỉ đọc định dạng 1, không đọc định dạng { $format }; hãy ghi format = 1.
definition-id-is-not-folder = Mã là “{ $id }” nhưng tệp nằm trong thư mục “{ $folder }”; mã và tên thư mục phải trùng nhau.
definition-version-is-not-file = Phiên bản là “{ $version }” nhưng tệp tên là “{ $file }.toml”; phiên bản và tên tệp phải trùng nhau.
definition-bad-version = Phiên bản “{ $version }” không hợp lệ; cần các số nối bằng dấu chấm, ví dụ 2026.1.
definition-bad-id = Mã “{ $id }” không hợp lệ; mã bắt đầu bằng chữ cái thường không dấu, chỉ gồm a–z, 0–9 và . _ -, kết thúc bằng chữ cái hoặc chữ số, dài tối đa 48 ký tự.
definition-reserved-id = Mã “{ $id }” đã dành cho việc khác; hãy chọn mã khác.
definition-duplicate = “{ $id }” đã được dùng ở dòng { $first }; mỗi tên chỉ được dùng một lần.
definition-same-variable = “{ $id }” và “{ $other }” cùng thành biến SPSS “{ $name }”; hãy đổi một trong hai mã.
definition-unknown-scale = Không có thang đo “{ $id }”.
definition-unknown-dimension = Không có yếu tố “{ $id }”.
definition-unknown-part = Không có phần “{ $id }”.
definition-unknown-plan = Không có mục “{ $id }” trong [plan].
definition-unknown-item = Không có tiêu chí hay câu hỏi “{ $id }”.
definition-unknown-option = Câu hỏi này không có phương án “{ $id }”.
definition-hint-nearest = Có phải ý là “{ $name }”?
definition-hint-known = Có thể dùng: { $names }.
definition-no-language = Cần ít nhất một ngôn ngữ, ví dụ languages = ["vi", "en"].
definition-bad-language = “{ $language }” không phải mã ngôn ngữ; cần hai hoặc ba chữ cái thường, ví dụ vi.
definition-missing-translation = Thiếu bản “{ $language }”; mọi nội dung phải có đủ các ngôn ngữ đã khai trong languages.
definition-empty-text = Bản “{ $language }” để trống; hãy ghi nội dung.
definition-undeclared-language = Ngôn ngữ “{ $language }” không có trong languages; hãy khai thêm hoặc bỏ bản này.
definition-too-few-options = Có { $count } phương án; cần ít nhất 2.
definition-too-many-options = Có { $count } phương án; nhiều nhất là 250.
definition-bad-code = Mã phương án “{ $code }” không hợp lệ; chỉ dùng a–z, 0–9, _ và -, từ 1 đến 24 ký tự.
definition-limits-inside-unit = Số { $number } nằm ngoài giới hạn; cần số lớn hơn 0 và nhỏ hơn 1 (90 % ghi là 0.9).
definition-limits-unit = Số { $number } nằm ngoài giới hạn; cần số từ 0 đến 1.
definition-limits-positive = Số { $number } nằm ngoài giới hạn; cần số lớn hơn 0.
definition-limits-positive-unit = Số { $number } nằm ngoài giới hạn; cần số lớn hơn 0 và không quá 1.
definition-no-satisfied-option = Thang đo của tiêu chí chưa có phương án nào được tính là hài lòng; hãy ghi satisfied = true ở ít nhất một phương án.
definition-no-unsatisfied-option = Thang đo của tiêu chí cần ít nhất một phương án được tính mà không phải là hài lòng.
definition-missing-score = Phương án “{ $code }” cần score (0 đến 1), vì chỉ số tính bằng điểm trung bình (mean_score); nếu không tính vào chỉ số thì ghi missing = true.
definition-missing-counts = Phương án “{ $code }” đã ghi missing = true thì không được có satisfied hay score.
definition-minimum-too-small = Số phiếu tối thiểu là { $count }; để giữ bí mật cho người trả lời, cần ít nhất 5.
definition-dimension-without-criterion = Yếu tố “{ $id }” chưa có tiêu chí nào.
definition-part-without-dimension = Phần “{ $id }” chưa có yếu tố nào.
definition-dimension-without-part = Yếu tố “{ $id }” chưa thuộc phần nào; khi đã chia phần, mỗi yếu tố cần part = "…".
definition-no-form = Chưa có mẫu phiếu nào; hãy thêm [[form]].
definition-no-minutes = Thời gian trả lời phải từ 1 phút trở lên.
definition-empty-section = Mục này chưa hỏi câu nào; hãy ghi mã câu hỏi vào ask.
definition-asked-twice = “{ $id }” được hỏi hai lần trong mẫu phiếu “{ $form }”; hãy bỏ một lần.
definition-form-without-criterion = Mẫu phiếu “{ $form }” không hỏi tiêu chí nào nên không có chỉ số; hãy thêm ít nhất một tiêu chí.
definition-form-accepts-nothing = Mẫu phiếu “{ $form }” nhận cả phiếu chưa trả lời gì; hãy đặt required = true cho ít nhất một câu luôn được hỏi.
definition-wording-not-asked = Mẫu phiếu “{ $form }” không hỏi “{ $id }” nên không cần lời riêng; hãy bỏ dòng này hoặc thêm câu vào ask.
definition-never-asked = Không mẫu phiếu nào hỏi “{ $id }”.
definition-rule-on-later = Điều kiện dựa vào “{ $question }”, nhưng mẫu phiếu “{ $form }” chưa hỏi câu đó trước câu này; điều kiện chỉ được dựa vào câu hỏi trước.
definition-rule-on-not-asked = Điều kiện dựa vào “{ $question }”, nhưng mẫu phiếu “{ $form }” không hỏi câu đó; hãy thêm câu vào ask hoặc bỏ điều kiện.
definition-rule-on-kind = Điều kiện dựa vào “{ $question }”, nhưng câu đó không có phương án để chọn; cần câu loại single hoặc multiple.
definition-empty-rule = Điều kiện để trống; hãy ghi ít nhất một mã phương án hoặc một điều kiện con.
definition-rule-never-fires = Trong mẫu phiếu “{ $form }”, điều kiện này không bao giờ xảy ra nên câu sẽ không được hỏi; hãy xem lại điều kiện.
definition-rule-always-fires = Trong mẫu phiếu “{ $form }”, điều kiện này luôn đúng; hãy bỏ hoặc sửa điều kiện.
definition-min-above-max = Số nhỏ nhất { $min } lớn hơn số lớn nhất { $max }; hãy đổi lại.
definition-no-length = Độ dài lớn nhất là 0; hãy ghi từ 1 trở lên.
definition-scale-and-options = Đã có scale thì không ghi options nữa; hãy bỏ một trong hai.
definition-no-options = Câu hỏi lựa chọn cần phương án; hãy thêm scale hoặc options.
definition-key-not-for-kind = Câu hỏi loại { $kind } không có “{ $key }”; hãy bỏ khóa này.
definition-bad-map = “{ $value }” không hợp lệ; hãy ghi mã cũ và phiên bản, ví dụ "access.seats@2026.1".
definition-same-version = Phiên bản { $version } của “{ $id }” đã có trong { $other }; hãy đổi số phiên bản.
definition-warning = Lưu ý: { $words }

# Phiếu khảo sát: dòng lệnh / definitions: the command line
definition-not-utf-8 = Tệp không phải văn bản UTF-8; hãy lưu lại tệp với bảng mã UTF-8.
definition-cannot-read = Không đọc được { $path }: { $detail }. Hãy kiểm tra đường dẫn và quyền đọc.
definition-none-in-folder = Không có tệp .toml nào trong { $path }.
definition-no-such-id = Không có phiếu khảo sát “{ $id }”.
definition-no-such-version = Phiếu “{ $id }” không có phiên bản “{ $version }”.
definition-no-such-form = Phiếu “{ $id }” không có mẫu “{ $form }”.
definition-no-such-language = Phiếu “{ $id }” không có ngôn ngữ “{ $language }”.
definition-checked-well = Đã kiểm tra { $files } tệp: không có lỗi, { $warnings } lưu ý.
definition-checked-badly = Đã kiểm tra { $files } tệp: { $errors } lỗi, { $warnings } lưu ý.
definition-show-form = Mẫu { $form } · khoảng { $minutes } phút · mục tiêu { $target }
definition-show-dimensions = Các yếu tố và tỷ trọng trong chỉ số:
definition-show-asked-if = chỉ hỏi nếu { $rule }
definition-show-in = { $question } là { $codes }
definition-show-or = hoặc
definition-show-and = và
definition-show-not = không phải ({ $rule })
definition-show-required = bắt buộc
definition-show-text = (ghi chữ, tối đa { $length } ký tự)
definition-show-number = (ghi số)
definition-show-multiple = chọn nhiều
definition-diff-none = Hai phiên bản giống nhau.
definition-diff-count = { $breaking } thay đổi không tương thích, { $compatible } thay đổi tương thích.
definition-diff-breaking = không tương thích
definition-diff-compatible = tương thích
definition-diff-definition = phiếu
definition-diff-index = cách tính chỉ số
definition-diff-part = phần “{ $id }”
definition-diff-dimension = yếu tố “{ $id }”
definition-diff-scale = thang đo “{ $id }”
definition-diff-option = phương án “{ $code }” của “{ $id }”
definition-diff-criterion = tiêu chí “{ $id }”
definition-diff-question = câu hỏi “{ $id }”
definition-diff-form = mẫu phiếu “{ $id }”
definition-diff-asked = “{ $id }” trong mẫu phiếu “{ $form }”
definition-diff-plan = mục “{ $id }” của kế hoạch
definition-diff-added = thêm mới
definition-diff-removed = đã bỏ
definition-diff-wording = đổi lời
definition-diff-order = đổi thứ tự
definition-diff-value = { $key }: { $before } → { $after }
definition-diff-share = tỷ trọng của yếu tố “{ $dimension }” trong chỉ số: { $before } → { $after }
definition-diff-nothing = không có
definition-simulate-head = { $runs } lượt trả lời ngẫu nhiên, mẫu { $form }, hạt giống { $seed }
definition-simulate-length = Số câu được hỏi: ít nhất { $shortest }, trung vị { $median }, nhiều nhất { $longest }
definition-simulate-never = Không lượt nào hỏi đến: { $ids }. Hãy xem lại điều kiện asked_if.
# statistics: sipas estimate
estimate-unreadable = Không đọc được tệp { $file }: { $detail }

# --- config: thiết đặt của máy chủ và lệnh ---
config-unreadable = Không đọc được tệp { $path }: { $detail }.
config-broken = Tệp thiết đặt { $path } có lỗi: { $detail }
config-value = { $name } = “{ $value }” không dùng được; cần { $wanted }.
config-wanted-listen = một địa chỉ IP kèm cổng, ví dụ 127.0.0.1:8080
config-wanted-base-url = địa chỉ mà người dân nhìn thấy, ví dụ https://khaosat.binhdinh.gov.vn
config-wanted-proxies = các địa chỉ IP cách nhau bằng dấu phẩy
config-wanted-secret = một chuỗi ngẫu nhiên từ 16 ký tự trở lên, tốt nhất là 64 chữ số thập lục phân

# --- store: cơ sở dữ liệu ---
store-address = “{ $address }” không phải là địa chỉ cơ sở dữ liệu; hãy ghi sqlite:ĐƯỜNG_DẪN hoặc postgres://….
store-unreachable = Không mở được cơ sở dữ liệu { $address }: { $detail }. Hãy kiểm tra địa chỉ, quyền truy cập và xem máy chủ cơ sở dữ liệu có đang chạy không.
store-newer = Cơ sở dữ liệu được tạo bởi phiên bản sipas mới hơn (bước nâng cấp { $version }); hãy cài phiên bản đó.
store-schema = Cấu trúc cơ sở dữ liệu không khớp với chương trình: { $detail }.
store-not-durable = Cơ sở dữ liệu có thể làm mất phiếu đã nhận: { $setting } đang là { $value }, phải là { $wanted }. Hãy sửa thiết đặt này của cơ sở dữ liệu rồi chạy lại.
store-wrong-key = Khóa bí mật không phải là khóa đã dùng với cơ sở dữ liệu này; hãy đặt SIPAS_SECRET hoặc SIPAS_SECRET_FILE trỏ đến đúng khóa (tệp .key tạo ở lần chạy đầu).
store-busy = Cơ sở dữ liệu đang bận hoặc đã đầy ({ $detail }); chưa có gì thay đổi, hãy thử lại.
store-other = Cơ sở dữ liệu báo lỗi: { $detail }. Chưa có gì thay đổi.

# --- serve, user, simulate, figures: các lệnh và báo cáo ---
serve-listening = sipas đang chạy tại { $address }. Nhấn Ctrl+C để dừng.
serve-stopped = sipas đã dừng; mọi phiếu đã nhận đều đã được ghi.
serve-port = Không mở được cổng { $address }: { $detail }. Có thể một chương trình khác đang dùng cổng này; hãy dừng chương trình đó hoặc đặt SIPAS_LISTEN sang cổng khác.
user-name = Tên tài khoản không được để trống, dài quá 64 ký tự hoặc chứa ký tự điều khiển.
user-password-short = Mật khẩu quá ngắn; cần ít nhất { $n } ký tự.
user-password-long = Mật khẩu quá dài; nhiều nhất { $n } ký tự.
user-password-guessable = Mật khẩu quá dễ đoán; hãy chọn một câu dài hoặc để trống cho chương trình tạo.
user-unknown-unit = Không có đơn vị “{ $unit }”.
user-exists = Đã có tài khoản “{ $name }”; hãy chọn tên khác.
user-added = Đã thêm tài khoản “{ $name }”. Mật khẩu (nếu do chương trình tạo) chỉ hiện một lần này.
simulate-real = Đợt khảo sát này là đợt thật; chỉ được thêm số liệu mô phỏng vào đợt có demonstration = true.
simulate-no-place = Đợt khảo sát chưa có quầy hoặc người được mời; hãy thêm bằng sipas apply.
simulate-too-many = Không thể thêm { $wanted } phiếu: chỉ còn { $room } người chưa trả lời theo tổng thể và danh sách mời.
simulate-planned = Đợt khảo sát chưa mở nên chưa thể có phiếu.
simulate-settled = Đợt khảo sát đã đóng và đã trộn phiếu; không thể thêm phiếu nữa.
simulate-done = Đã thêm { $n } phiếu mô phỏng vào đợt “{ $slug }”.
figures-unknown-campaign = Không có đợt khảo sát “{ $slug }”.
figures-unknown-unit = Báo cáo không có đơn vị “{ $unit }”.
figures-cannot-write = Không ghi được tệp { $path }: { $detail }.
figures-written = Đã ghi { $path }.

# --- demo: bản chạy thử ---
demo-folder = Không tạo được thư mục { $path }: { $detail }.
demo-preparing = Đang chuẩn bị tỉnh mẫu trong thư mục { $path }…
demo-banner = BẢN CHẠY THỬ: mọi số liệu đều do máy sinh ra, không phải kết quả khảo sát thật.
demo-citizen = Phiếu của người dân (quét mã hoặc mở trên điện thoại):
demo-official = Liên kết cá nhân của một cán bộ (dùng một lần):
demo-staff = Trang của Sở Nội vụ (tài khoản và mật khẩu dùng cho lần chạy này):
demo-mail = Thư mời đã chặn lại thay vì gửi đi:
demo-stop = Nhấn Ctrl+C để dừng.
demo-name = Ông/Bà { $number }

# --- admin: trang của cơ quan ---
admin-brand = Khảo sát hài lòng
admin-menu = Tài khoản và ngôn ngữ
admin-skip = Chuyển đến nội dung
admin-log-out = Đăng xuất
admin-login-title = Đăng nhập
admin-login-name = Tên tài khoản
admin-login-password = Mật khẩu
admin-login-button = Đăng nhập
admin-login-wrong = Tên tài khoản hoặc mật khẩu không đúng. Hãy kiểm tra và thử lại.
admin-login-wait = Đã thử sai nhiều lần. Hãy đợi { $seconds } giây rồi thử lại.
admin-campaigns = Các đợt khảo sát
admin-campaigns-caption = { $n } đợt khảo sát, đợt mở sau đứng trước
admin-campaigns-none = Chưa có đợt khảo sát nào. Hãy thêm bằng lệnh sipas apply.
admin-campaign = Đợt khảo sát
admin-phase = Trạng thái
admin-phase-planned = Chưa mở
admin-phase-open = Đang mở
admin-phase-closed = Đã đóng
admin-period = Thời gian
admin-answers = Số phiếu
admin-turnout = { $answered } / { $invited } người được mời
admin-turnout-note = Số người đã trả lời được cập nhật mỗi ngày một lần và theo bước, để không ai biết người nào vừa trả lời. Kết quả chỉ mở sau khi đợt khảo sát đóng.
admin-results = Kết quả
admin-report = Báo cáo chỉ số
admin-demonstration = Chạy thử
admin-demonstration-note = Đợt chạy thử: số liệu do máy sinh ra, không phải kết quả khảo sát thật.
admin-questionnaire = Phiếu
admin-posters = In trang mã QR của mọi quầy (A5)
admin-counters = { $n } quầy
admin-counter = Quầy
admin-unit = Đơn vị
admin-address = Địa chỉ
admin-code = Mã QR
admin-poster = Trang in A5
admin-mail = Thư đã chặn
admin-mail-note = Bản chạy thử không gửi thư ra ngoài. Các thư mời nằm ở đây.
admin-mail-none = Chưa có thư nào.
admin-mail-to = Người nhận
admin-mail-from = Người gửi

# --- links, invite: liên kết và thư mời ---
links-once = { $n } liên kết cá nhân mới chỉ hiện một lần này; nếu mất, hãy tạo lại bằng --reissue.
links-unknown-invitation = Không có người được mời mang mã “{ $code }”.
links-used = Người được mời “{ $code }” đã trả lời nên không tạo liên kết mới.
invite-closed = Đợt khảo sát “{ $slug }” đã đóng nên không gửi thư mời nữa.
invite-no-server = Chưa có máy chủ thư; hãy đặt SIPAS_SMTP_URL, ví dụ smtps://tài-khoản:mật-khẩu@mail.binhdinh.gov.vn.
invite-failed = { $code }: { $why }
invite-sent = Đã gửi { $n } thư mời.
invite-printed = { $n } người đã có liên kết in ra nên không gửi thư (thư sẽ làm liên kết đó mất hiệu lực); cần thì tạo lại bằng sipas links --reissue.
invite-some-failed = { $n } thư không gửi được; xem các dòng ở trên, sửa địa chỉ bằng sipas apply rồi chạy lại.
invite-server = Địa chỉ máy chủ thư (SIPAS_SMTP_URL) không dùng được: { $detail }
invite-sender = Người gửi (SIPAS_MAIL_FROM) “{ $sender }” không phải là địa chỉ thư điện tử.
invite-recipient = địa chỉ thư điện tử không hợp lệ.
invite-refused = máy chủ thư từ chối: { $reply }.
invite-unreachable = Không liên lạc được với máy chủ thư: { $detail }. Hãy kiểm tra SIPAS_SMTP_URL rồi chạy lại; thư đã gửi sẽ không gửi lần nữa.
invite-subject = Thư mời: { $title }
invite-greeting-name = Kính gửi { $name },
invite-greeting = Kính gửi Ông/Bà,
invite-what = Trân trọng mời Ông/Bà tham gia: { $title }.
invite-open = Xin mở liên kết dành riêng cho Ông/Bà:
invite-when = Nhận trả lời từ { $opens } đến { $closes } (giờ Việt Nam).
invite-once = Liên kết này của riêng Ông/Bà và chỉ trả lời được một lần; xin không chuyển cho người khác. Mở ra xem thì chưa tính là trả lời.
invite-anonymous = Câu trả lời được lưu tách khỏi tên và liên kết của Ông/Bà; kết quả chỉ công bố dưới dạng tổng hợp sau khi đợt khảo sát đóng.
invite-never = Khảo sát không bao giờ hỏi mật khẩu, mã OTP hay tiền.
