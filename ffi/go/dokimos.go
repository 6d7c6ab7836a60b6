// Package dokimos decides offline whether a container image may run: valid attestations from the attestors that a
// policy requires.
//
//	policy, err := dokimos.LoadPolicy(document)
//	…
//	attestations := dokimos.NewAttestations()
//	if _, err := attestations.Add("web.json", occurrences); err != nil { … }
//	report, err := policy.Evaluate(image, attestations, dokimos.Context{
//		Cluster: "prod-1", Namespace: "default", Time: time.Now(),
//	})
//	if err != nil { … }        // no decision: do not admit
//	if !report.Allowed { … }   // report.Message, report.Reason
//
// It is libdokimos, the C library, behind Go types; nothing is decided here. The library is found by pkg-config; with
// the build tag dokimos_static it is the one in the folder lib/ of this module, and the program needs none at run time.
//
// Everything here may be used by any number of goroutines at the same time. Policies, sets of attestations and keys
// hold memory of the C library: Close frees it at once, and the garbage collector does when nobody did.
package dokimos

// #include <dokimos.h>
import "C"

import "unsafe"

// Version is the version of the C library that runs, such as "0.1.0".
func Version() string { return C.GoString(C.dokimos_version()) }

// text copies a view of the library's text.
func text(view C.dokimos_str) string { return C.GoStringN(view.data, C.int(view.len)) }

// chars gives the bytes of a string to C for the time of one call; nil for the empty string.
func chars(s string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s))
}

// memory gives bytes to C for the time of one call.
func memory(b []byte) (unsafe.Pointer, C.size_t) {
	return unsafe.Pointer(unsafe.SliceData(b)), C.size_t(len(b))
}
