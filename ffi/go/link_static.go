//go:build dokimos_static

package dokimos

// #cgo CFLAGS: -I${SRCDIR}/lib/include
// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/lib/linux_amd64/libdokimos.a
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/lib/linux_arm64/libdokimos.a
// #cgo linux LDFLAGS: -lgcc_s -lm -ldl -lpthread
import "C"
