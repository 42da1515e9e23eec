# SPDX-License-Identifier: MIT
class Carafe < Formula
  desc "Windows NT synchronization objects without a server"
  homepage "https://carafe.invalid/"
  url "https://carafe.invalid/carafe-0.1.0.tar.xz"
  sha256 "0" * 64
  license "MIT"

  depends_on "libatomic_ops" => :build
  depends_on "pkgconf" => :build
  depends_on "jansson"

  def install
    system "./configure", "--disable-static", "--with-jansson", *std_configure_args
    system "make"
    system "make", "install"
  end

  test do
    (testpath/"test.c").write <<~C
      #include <carafe/carafe.h>
      int main(void)
      {
        carafe_environment *environment;
        carafe_handle event;

        return carafe_environment_open("#{testpath}/environment", 0, &environment) ||
               carafe_event_create(environment, CARAFE_EVENT_ALL_ACCESS, 0,
                                   CARAFE_SYNCHRONIZATION_EVENT, 1, &event) ||
               carafe_wait_one(environment, event, 0, NULL) ||
               carafe_environment_close(environment);
      }
    C
    system ENV.cc, "test.c", "-I#{include}", "-L#{lib}", "-lcarafe", "-o", "test"
    system "./test"
  end
end
