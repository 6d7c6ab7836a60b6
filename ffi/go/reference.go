package dokimos

// #include <dokimos.h>
import "C"

// Reference is an image reference in its parts, all in canonical form.
type Reference struct {
	// Canonical is "docker.io/library/alpine:latest" for "alpine": two references name the same image if these are
	// equal.
	Canonical string
	// Domain is the registry, with its port: "docker.io".
	Domain string
	// Path is the path in the registry: "library/alpine".
	Path string
	// Repository is registry and path.
	Repository string
	// Tag is empty when the reference has none.
	Tag string
	// Digest is empty when the reference has none; else it has its algorithm: "sha256:…".
	Digest string
}

// ParseReference reads an image reference and brings it to its canonical form.
func ParseReference(image string) (*Reference, error) {
	var reference *C.dokimos_reference
	var failed *C.dokimos_error
	data, size := chars(image)
	if err := failure(C.dokimos_reference_parse(data, size, &reference, &failed), failed); err != nil {
		return nil, err
	}
	defer C.dokimos_reference_free(reference)
	return &Reference{
		Canonical:  text(C.dokimos_reference_canonical(reference)),
		Domain:     text(C.dokimos_reference_domain(reference)),
		Path:       text(C.dokimos_reference_path(reference)),
		Repository: text(C.dokimos_reference_repository(reference)),
		Tag:        text(C.dokimos_reference_tag(reference)),
		Digest:     text(C.dokimos_reference_digest(reference)),
	}, nil
}
