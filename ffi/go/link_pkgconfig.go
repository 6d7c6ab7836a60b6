//go:build !dokimos_static

package dokimos

// #cgo pkg-config: dokimos
import "C"
