;;; SPDX-License-Identifier: MIT
(use-modules (gnu packages bdw-gc)
             (gnu packages pkg-config)
             (gnu packages web)
             (guix build-system gnu)
             (guix gexp)
             ((guix licenses) #:prefix license:)
             (guix packages))

(package
  (name "carafe")
  (version "0.1.0")
  (source (local-file "carafe-0.1.0.tar.xz"))
  (build-system gnu-build-system)
  (arguments
   (list #:configure-flags #~(list "--disable-static" "--with-jansson" "--disable-linux-header")))
  (native-inputs (list pkg-config))
  (inputs (list jansson libatomic-ops))
  (home-page "https://carafe.invalid/")
  (synopsis "Windows NT synchronization objects without a server")
  (description
   "Carafe gives the processes of a user the synchronization objects of Windows NT (events, mutants,
semaphores, waits for any or all of them) in shared memory, without a server and without a kernel
module.")
  (license license:expat))
