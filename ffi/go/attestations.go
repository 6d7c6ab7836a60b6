package dokimos

// #include <dokimos.h>
import "C"

import "unsafe"

// Attestations is a set of attestations as they were found: untrusted, and not yet verified in any way.
type Attestations struct {
	*handle
}

// NewAttestations makes an empty set.
func NewAttestations() *Attestations {
	var set *C.dokimos_attestations
	if code := C.dokimos_attestations_new(&set, nil); code != C.DOKIMOS_OK {
		// Closed from the start: everything gives an error.
		return &Attestations{&handle{}}
	}
	return &Attestations{newHandle(unsafe.Pointer(set), func(object unsafe.Pointer) {
		C.dokimos_attestations_free((*C.dokimos_attestations)(object))
	})}
}

// Add adds the attestations of one JSON document, and says how many they were: a Grafeas occurrence or a page of them,
// what `cosign download signature` prints, an array of such objects, or one a line. The source names the document in
// reports, such as its file name.
//
// One that is malformed is added too: it satisfies nothing, and the report tells of it.
func (a *Attestations) Add(source string, document []byte) (int, error) {
	object, err := a.write()
	if err != nil {
		return 0, err
	}
	defer a.lock.Unlock()
	var added C.size_t
	var failed *C.dokimos_error
	sourceData, sourceLen := chars(source)
	data, size := memory(document)
	code := C.dokimos_attestations_add((*C.dokimos_attestations)(object), sourceData, sourceLen, data, size, &added, &failed)
	return int(added), failure(code, failed)
}

// AddDetached adds one attestation whose payload and signature stand alone, as raw bytes. An empty key id is one that
// is not known: every key may be tried.
func (a *Attestations) AddDetached(source string, payload, signature []byte, keyID string) error {
	object, err := a.write()
	if err != nil {
		return err
	}
	defer a.lock.Unlock()
	var failed *C.dokimos_error
	sourceData, sourceLen := chars(source)
	payloadData, payloadLen := memory(payload)
	signatureData, signatureLen := memory(signature)
	var idData *C.char
	var idLen C.size_t
	if keyID != "" {
		idData, idLen = chars(keyID)
	}
	return failure(C.dokimos_attestations_add_detached((*C.dokimos_attestations)(object), sourceData, sourceLen, payloadData, payloadLen,
		signatureData, signatureLen, idData, idLen, &failed), failed)
}

// Len says how many attestations the set holds.
func (a *Attestations) Len() int {
	object, err := a.read()
	if err != nil {
		return 0
	}
	defer a.lock.RUnlock()
	return int(C.dokimos_attestations_count((*C.dokimos_attestations)(object)))
}

// Close frees the set. What still uses it ends first; afterwards everything gives [ErrClosed].
func (a *Attestations) Close() { a.close() }
