package dokimos

// #cgo noescape dokimos_key_verify
// #cgo nocallback dokimos_key_verify
// #include <dokimos.h>
import "C"

import "unsafe"

// Key is an RSA public key with the one algorithm that it verifies. Read it once and use it often.
type Key struct {
	*handle
}

// ParseKeyPEM reads a key in PEM, "PUBLIC KEY" or "RSA PUBLIC KEY". The algorithm is named as in policies, such as
// "RSA_PSS_2048_SHA256".
func ParseKeyPEM(pem []byte, algorithm string) (*Key, error) {
	var key *C.dokimos_key
	var failed *C.dokimos_error
	data, size := memory(pem)
	name, nameLen := chars(algorithm)
	code := C.dokimos_key_from_pem(data, size, name, nameLen, &key, &failed)
	return newKey(key, code, failed)
}

// ParseKeyDER reads a key in DER: SubjectPublicKeyInfo or PKCS#1.
func ParseKeyDER(der []byte, algorithm string) (*Key, error) {
	var key *C.dokimos_key
	var failed *C.dokimos_error
	data, size := memory(der)
	name, nameLen := chars(algorithm)
	code := C.dokimos_key_from_der(data, size, name, nameLen, &key, &failed)
	return newKey(key, code, failed)
}

func newKey(key *C.dokimos_key, code C.dokimos_status, failed *C.dokimos_error) (*Key, error) {
	if err := failure(code, failed); err != nil {
		return nil, err
	}
	return &Key{newHandle(unsafe.Pointer(key), func(object unsafe.Pointer) {
		C.dokimos_key_free((*C.dokimos_key)(object))
	})}, nil
}

// ID is the id under which a key is known that was given no other: "ni:///sha-256;…" (RFC 6920). Empty once closed.
func (k *Key) ID() string {
	object, err := k.read()
	if err != nil {
		return ""
	}
	defer k.lock.RUnlock()
	return text(C.dokimos_key_id((*C.dokimos_key)(object)))
}

// Verify verifies the signature of a message: nil if the private half of this key made it over exactly this message
// with the key's algorithm, else an error that is [ErrInvalidSignature].
func (k *Key) Verify(message, signature []byte) error {
	object, err := k.read()
	if err != nil {
		return err
	}
	defer k.lock.RUnlock()
	var failed *C.dokimos_error
	messageData, messageLen := memory(message)
	signatureData, signatureLen := memory(signature)
	return failure(C.dokimos_key_verify((*C.dokimos_key)(object), messageData, messageLen, signatureData,
		signatureLen, &failed), failed)
}

// Close frees the key. What still uses it ends first; afterwards everything gives [ErrClosed].
func (k *Key) Close() { k.close() }
