package dokimos

// #include <dokimos.h>
import "C"

import (
	"errors"
	"fmt"
)

// What went wrong: compare with errors.Is. The error itself is an [*Error], which says where and why.
var (
	// ErrInvalidUTF8: a text is not UTF-8.
	ErrInvalidUTF8 error = status(C.DOKIMOS_INVALID_UTF8)
	// ErrInvalidPolicy: the document is not a policy.
	ErrInvalidPolicy error = status(C.DOKIMOS_INVALID_POLICY)
	// ErrInvalidAttestations: the document holds no attestations.
	ErrInvalidAttestations error = status(C.DOKIMOS_INVALID_ATTESTATIONS)
	// ErrInvalidReference: the text is not an image reference.
	ErrInvalidReference error = status(C.DOKIMOS_INVALID_REFERENCE)
	// ErrInvalidKey: the bytes are not a public key, or not one that is accepted.
	ErrInvalidKey error = status(C.DOKIMOS_INVALID_KEY)
	// ErrInvalidAlgorithm: the name is not that of an algorithm that can be verified.
	ErrInvalidAlgorithm error = status(C.DOKIMOS_INVALID_ALGORITHM)
	// ErrInvalidReview: the document is not a request for admission that could be answered.
	ErrInvalidReview error = status(C.DOKIMOS_INVALID_REVIEW)
	// ErrInvalidSignature: the signature does not verify.
	ErrInvalidSignature error = status(C.DOKIMOS_INVALID_SIGNATURE)
	// ErrNotSupported: the C library was built without what was asked for.
	ErrNotSupported error = status(C.DOKIMOS_NOT_SUPPORTED)
	// ErrInternal: a defect of the C library.
	ErrInternal error = status(C.DOKIMOS_INTERNAL)

	// ErrClosed: the object was closed.
	ErrClosed = errors.New("dokimos: the object is closed")
	// ErrNoTime: a context has no time, which every decision depends on.
	ErrNoTime = errors.New("dokimos: the context has no time")
)

// Error says why something could not be done.
type Error struct {
	// Status is the number of the C library; it never changes its meaning.
	Status int32
	// Problems are what is wrong: every problem of a policy, one in other cases.
	Problems []Problem
}

// Problem is one thing that is wrong with an input.
type Problem struct {
	// Slug is the stable code, such as "UNKNOWN_FIELD".
	Slug string
	// Path says where, such as "rules[2].require"; empty for the whole.
	Path string
	// Message says it in words, which may change.
	Message string
}

func (e *Error) Error() string {
	if len(e.Problems) == 0 {
		return status(e.Status).Error()
	}
	text := "dokimos: " + e.Problems[0].String()
	if more := len(e.Problems) - 1; more > 0 {
		text = fmt.Sprintf("%s (and %d more)", text, more)
	}
	return text
}

// Is makes errors.Is(err, ErrInvalidPolicy) and the like work.
func (e *Error) Is(target error) bool { return target == error(status(e.Status)) }

func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return p.Path + ": " + p.Message
}

// status is a status of the C library as an error.
type status int32

func (s status) Error() string { return "dokimos: " + text(C.dokimos_status_name(C.dokimos_status(s))) }

// failure makes an error of what a function of the library gave, and frees the library's own.
func failure(code C.dokimos_status, object *C.dokimos_error) error {
	if code == C.DOKIMOS_OK {
		return nil
	}
	defer C.dokimos_error_free(object)
	err := &Error{Status: int32(code)}
	for i := range C.dokimos_error_problem_count(object) {
		err.Problems = append(err.Problems, Problem{
			Slug:    text(C.dokimos_error_slug(object, i)),
			Path:    text(C.dokimos_error_path(object, i)),
			Message: text(C.dokimos_error_message(object, i)),
		})
	}
	return err
}
