package dokimos

// #cgo noescape dokimos_go_evaluate
// #cgo nocallback dokimos_go_evaluate
// #include "evaluate.h"
import "C"

import (
	"runtime"
	"time"
	"unsafe"
)

// Policy is what must be true of an image before it may run. It is compiled once and used many times.
type Policy struct {
	*handle
}

// LoadPolicy compiles a policy from JSON. The error tells every problem of the document.
func LoadPolicy(json []byte) (*Policy, error) {
	var policy *C.dokimos_policy
	var failed *C.dokimos_error
	data, size := memory(json)
	if err := failure(C.dokimos_policy_from_json(data, size, &policy, &failed), failed); err != nil {
		return nil, err
	}
	return newPolicy(policy), nil
}

// LoadPolicyYAML compiles a policy from YAML; the document is the same as in JSON.
func LoadPolicyYAML(yaml []byte) (*Policy, error) {
	var policy *C.dokimos_policy
	var failed *C.dokimos_error
	data, size := memory(yaml)
	if err := failure(C.dokimos_policy_from_yaml(data, size, &policy, &failed), failed); err != nil {
		return nil, err
	}
	return newPolicy(policy), nil
}

func newPolicy(policy *C.dokimos_policy) *Policy {
	return &Policy{newHandle(unsafe.Pointer(policy), func(object unsafe.Pointer) {
		C.dokimos_policy_free((*C.dokimos_policy)(object))
	})}
}

// Close frees the policy. What still uses it ends first; afterwards everything gives [ErrClosed].
func (p *Policy) Close() { p.close() }

// Context says where an image is to run, and when. An empty name is one that is not known: where a rule depends on it,
// the image is denied with [ReasonContextIncomplete].
type Context struct {
	// Cluster is the cluster's name, as the policy has it.
	Cluster string
	// Namespace is the Kubernetes namespace in which the image is to run.
	Namespace string
	// ServiceAccount is the one that the workload runs as.
	ServiceAccount string
	// Annotations are those of the object under admission; only the policy's break-glass annotation is looked up.
	Annotations map[string]string
	// Time is the time of the decision, required: usually time.Now().
	Time time.Time
}

// Evaluate decides whether an image may run. Attestations may be nil: there are none.
//
// A denial is a report, not an error. An error is no decision: do not admit on it.
func (p *Policy) Evaluate(image string, attestations *Attestations, context Context) (*Report, error) {
	if context.Time.IsZero() {
		return nil, ErrNoTime
	}
	policy, err := p.read()
	if err != nil {
		return nil, err
	}
	defer p.lock.RUnlock()
	var set *C.dokimos_attestations
	if attestations != nil {
		object, err := attestations.read()
		if err != nil {
			return nil, err
		}
		set = (*C.dokimos_attestations)(object)
		defer attestations.lock.RUnlock()
	}

	var answer C.dokimos_go_answer
	// One text of all names and values, and their lengths: C may not be given pointers to pointers.
	joined, lengths := flatten(context.Annotations)
	imageData, imageLen := chars(image)
	clusterData, clusterLen := chars(context.Cluster)
	namespaceData, namespaceLen := chars(context.Namespace)
	accountData, accountLen := chars(context.ServiceAccount)
	joinedData, _ := chars(joined)
	var lengthsData *C.size_t
	if len(lengths) > 0 {
		lengthsData = &lengths[0]
	}
	code := C.dokimos_go_evaluate((*C.dokimos_policy)(policy), imageData, imageLen, set, clusterData, clusterLen, namespaceData, namespaceLen,
		accountData, accountLen, joinedData, lengthsData, C.size_t(len(lengths)), C.int64_t(context.Time.Unix()), &answer)
	runtime.KeepAlive(p)
	runtime.KeepAlive(attestations)
	if code != C.DOKIMOS_OK {
		return nil, failure(code, answer.error)
	}
	defer C.dokimos_report_free(answer.report)
	return &Report{
		Allowed:         bool(answer.allowed),
		DryRunViolation: bool(answer.dry_run_violation),
		Reason:          ReasonCode(answer.reason),
		Message:         text(answer.message),
		json:            text(answer.json),
	}, nil
}

func flatten(annotations map[string]string) (joined string, lengths []C.size_t) {
	for name, value := range annotations {
		joined += name + value
		lengths = append(lengths, C.size_t(len(name)), C.size_t(len(value)))
	}
	return joined, lengths
}
