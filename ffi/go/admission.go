package dokimos

// #include <dokimos.h>
import "C"

import (
	"runtime"
	"time"
	"unsafe"
)

// AdmissionReview is a request for admission to Kubernetes (AdmissionReview of admission.k8s.io/v1), and the images that
// it will run: fetch evidence for each of them, then respond.
type AdmissionReview struct {
	*handle
	// Images are those to decide on, in the order of the containers; none if there is nothing to decide.
	Images []AdmissionImage
	// UID is the request's id.
	UID string
	// Operation is what is done with the object: CREATE, UPDATE, DELETE or CONNECT.
	Operation string
	// Kind is that of the object, such as Deployment.
	Kind string
	// Namespace is that of the request, if it has one.
	Namespace string
	// Name is that of the object, or what its name will begin with.
	Name string
	// User is the name of who sent the request.
	User string
	// ServiceAccount is the one that the Pods run as, if it can be told.
	ServiceAccount string
	// Problem is the code of why the request cannot be decided on, as MISSING_FIELD; empty where it can. Such a request
	// has no images, and every answer to it is a denial.
	Problem string
}

// AdmissionImage is an image that a request for admission will run.
type AdmissionImage struct {
	// Reference is the image reference, as the object has it.
	Reference string
	// Place says where it stands in the object: spec.containers[0].image.
	Place string
	// Name is that of the container or volume; empty where it has none.
	Name string
}

// AdmissionOptions says how a request is read and answered, where more than one way is right.
type AdmissionOptions struct {
	// EvaluateUnchanged is to decide, on UPDATE, on every image, not only on those that the object did not have before.
	EvaluateUnchanged bool
	// OmitStatusReason leaves status.reason out of a denial, so that kubectl begins its line with "Error from server: ".
	OmitStatusReason bool
}

// AdmissionResponse is the answer to a request for admission.
type AdmissionResponse struct {
	// Allowed says whether the request is allowed.
	Allowed bool
	// Message says why it is denied, a line for each image: "image alpine:3.11 is not attested".
	Message string
	// Reports are the JSON reports on the images, in their order; none where nothing was decided.
	Reports []string
	json    string
}

// JSON is the answer to be sent with the HTTP status 200, a whole AdmissionReview: the same bytes in every language.
func (r *AdmissionResponse) JSON() string { return r.json }

// ParseAdmissionReview reads a request. The error, which [ErrInvalidReview] tells, is only for what cannot be answered at
// all: over HTTP that is status 400.
func ParseAdmissionReview(json []byte, options AdmissionOptions) (*AdmissionReview, error) {
	var bits C.uint32_t
	if options.EvaluateUnchanged {
		bits |= C.DOKIMOS_ADMISSION_EVALUATE_UNCHANGED
	}
	if options.OmitStatusReason {
		bits |= C.DOKIMOS_ADMISSION_OMIT_STATUS_REASON
	}
	var review *C.dokimos_admission_review
	var failed *C.dokimos_error
	data, size := memory(json)
	if err := failure(C.dokimos_admission_review_parse(data, size, bits, &review, &failed), failed); err != nil {
		return nil, err
	}
	made := &AdmissionReview{
		handle: newHandle(unsafe.Pointer(review), func(object unsafe.Pointer) {
			C.dokimos_admission_review_free((*C.dokimos_admission_review)(object))
		}),
		UID:            text(C.dokimos_admission_review_uid(review)),
		Operation:      text(C.dokimos_admission_review_operation(review)),
		Kind:           text(C.dokimos_admission_review_kind(review)),
		Namespace:      text(C.dokimos_admission_review_namespace(review)),
		Name:           text(C.dokimos_admission_review_name(review)),
		User:           text(C.dokimos_admission_review_user(review)),
		ServiceAccount: text(C.dokimos_admission_review_service_account(review)),
		Problem:        text(C.dokimos_admission_review_problem(review)),
	}
	for i := range C.dokimos_admission_review_image_count(review) {
		made.Images = append(made.Images, AdmissionImage{
			Reference: text(C.dokimos_admission_review_image(review, i)),
			Place:     text(C.dokimos_admission_review_image_place(review, i)),
			Name:      text(C.dokimos_admission_review_image_name(review, i)),
		})
	}
	return made, nil
}

// Respond decides on every image and makes the answer. Attestations are what was found for each image, in their order; nil
// is nothing. With more or fewer than there are images the answer is a denial. An empty cluster is one that is not known.
//
// A denial is an answer, not an error. An error is no decision: refuse, or do not admit.
func (r *AdmissionReview) Respond(policy *Policy, attestations []*Attestations, cluster string, now time.Time) (*AdmissionResponse, error) {
	if now.IsZero() {
		return nil, ErrNoTime
	}
	review, err := r.read()
	if err != nil {
		return nil, err
	}
	defer r.lock.RUnlock()
	compiled, err := policy.read()
	if err != nil {
		return nil, err
	}
	defer policy.lock.RUnlock()
	sets := make([]*C.dokimos_attestations, len(attestations))
	// One that stands there twice is locked once: a lock for reading must not wait for itself.
	locked := make(map[*Attestations]*C.dokimos_attestations)
	for i, one := range attestations {
		if one == nil {
			continue
		}
		if _, known := locked[one]; !known {
			object, err := one.read()
			if err != nil {
				return nil, err
			}
			defer one.lock.RUnlock()
			locked[one] = (*C.dokimos_attestations)(object)
		}
		sets[i] = locked[one]
	}

	var response *C.dokimos_admission_response
	var failed *C.dokimos_error
	var clusterData *C.char
	var clusterLen C.size_t
	if cluster != "" {
		clusterData, clusterLen = chars(cluster)
	}
	code := C.dokimos_admission_review_respond((*C.dokimos_admission_review)(review), (*C.dokimos_policy)(compiled), unsafe.SliceData(sets),
		C.size_t(len(sets)), clusterData, clusterLen, C.int64_t(now.Unix()), &response, &failed)
	runtime.KeepAlive(attestations)
	runtime.KeepAlive(policy)
	runtime.KeepAlive(r)
	return answered(response, failure(code, failed))
}

// Refuse makes a denial that no decision was made for: the evidence could not be fetched, or time ran out. The code is for
// machines, such as "EVIDENCE_UNAVAILABLE"; the message is what the user reads.
func (r *AdmissionReview) Refuse(code, message string) (*AdmissionResponse, error) {
	review, err := r.read()
	if err != nil {
		return nil, err
	}
	defer r.lock.RUnlock()
	var response *C.dokimos_admission_response
	var failed *C.dokimos_error
	codeData, codeLen := chars(code)
	messageData, messageLen := chars(message)
	status := C.dokimos_admission_review_refuse((*C.dokimos_admission_review)(review), codeData, codeLen, messageData, messageLen, &response, &failed)
	runtime.KeepAlive(r)
	return answered(response, failure(status, failed))
}

// AdmitUndecided makes the same answer for those who let in what could not be decided on: allowed, with a warning and an
// audit annotation. A request that cannot be read is denied all the same.
func (r *AdmissionReview) AdmitUndecided(code, message string) (*AdmissionResponse, error) {
	review, err := r.read()
	if err != nil {
		return nil, err
	}
	defer r.lock.RUnlock()
	var response *C.dokimos_admission_response
	var failed *C.dokimos_error
	codeData, codeLen := chars(code)
	messageData, messageLen := chars(message)
	status := C.dokimos_admission_review_admit_undecided((*C.dokimos_admission_review)(review), codeData, codeLen, messageData, messageLen, &response, &failed)
	runtime.KeepAlive(r)
	return answered(response, failure(status, failed))
}

// Close frees the review. What still uses it ends first; afterwards its methods give [ErrClosed].
func (r *AdmissionReview) Close() { r.close() }

// answered copies the answer and frees the library's own.
func answered(response *C.dokimos_admission_response, err error) (*AdmissionResponse, error) {
	if err != nil {
		return nil, err
	}
	defer C.dokimos_admission_response_free(response)
	made := &AdmissionResponse{
		Allowed: bool(C.dokimos_admission_response_is_allowed(response)),
		Message: text(C.dokimos_admission_response_message(response)),
		json:    text(C.dokimos_admission_response_json(response)),
	}
	for i := C.size_t(0); ; i++ {
		report := C.dokimos_admission_response_report(response, i)
		if report.data == nil {
			return made, nil
		}
		made.Reports = append(made.Reports, text(report))
	}
}
