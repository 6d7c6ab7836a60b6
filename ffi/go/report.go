package dokimos

import "encoding/json"

// Report is what was decided, and why.
type Report struct {
	// Allowed says whether the image may run.
	Allowed bool
	// DryRunViolation says that the image was allowed only because the rule's enforcement is DRY_RUN.
	DryRunViolation bool
	// Reason is the code to branch on.
	Reason ReasonCode
	// Message is one sentence for the person who deploys: "image alpine:3.11 is not attested".
	Message string
	json    string
}

// JSON is the whole report, as docs/report.schema.json describes it: one line, the same bytes in every language.
func (r *Report) JSON() string { return r.json }

// Details reads the JSON report: the rule, and what became of each attestor and each attestation.
func (r *Report) Details() (*Details, error) {
	details := new(Details)
	if err := json.Unmarshal([]byte(r.json), details); err != nil {
		return nil, err
	}
	return details, nil
}

// Details is the JSON report as Go values.
type Details struct {
	// Decision is "ALLOW" or "DENY".
	Decision string `json:"decision"`
	// Message is one sentence for the person who deploys.
	Message string `json:"message"`
	// Image is the image reference, as it was given.
	Image string `json:"image"`
	// Rule is the name of the rule that decided, if one did.
	Rule *string `json:"rule"`
	// Reason says why.
	Reason Outcome `json:"reason"`
	// ExemptedBy is the allowlist pattern that exempts the image, if one does.
	ExemptedBy *string `json:"exemptedBy"`
	// Attestors are those that were asked, in the order in which the rule names them.
	Attestors []Attestor `json:"attestors"`
	// Enforcement is "BLOCK" or "DRY_RUN".
	Enforcement string `json:"enforcement"`
	// BreakGlass is the annotation that admitted the image, if one did.
	BreakGlass *BreakGlass `json:"breakglass"`
}

// Attestor is what became of one attestor.
type Attestor struct {
	// Name is the attestor's name in the policy.
	Name string `json:"name"`
	// Satisfied says whether a valid attestation by one of its keys was found.
	Satisfied bool `json:"satisfied"`
	// Attestations are those that were tried, in that order.
	Attestations []Attestation `json:"attestations"`
}

// Attestation is what became of one signature.
type Attestation struct {
	// Source says where the attestation came from: a document, and the place in it.
	Source string `json:"source"`
	// KeyID is the id of the key that matched or failed, if there is one.
	KeyID *string `json:"keyId"`
	// Outcome says what became of it.
	Outcome Outcome `json:"outcome"`
}

// Outcome is a reason in words.
type Outcome struct {
	// Code is the stable code, such as "TAG_REFERENCE".
	Code string `json:"code"`
	// Detail says it in words, which may change.
	Detail string `json:"detail"`
}

// BreakGlass is the annotation that admitted an image past the policy.
type BreakGlass struct {
	// Annotation is its name.
	Annotation string `json:"annotation"`
	// Value is its value: "true", or the reason that the user gave.
	Value string `json:"value"`
}
