package dokimos

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// sharedReview is one request of admission.json, with the answer.
type sharedReview struct {
	Name    string    `json:"name"`
	Review  string    `json:"review"`
	Policy  string    `json:"policy"`
	Files   []string  `json:"attestations"`
	Cluster string    `json:"cluster"`
	At      time.Time `json:"at"`
	Options struct {
		EvaluateUnchanged bool `json:"evaluateUnchanged"`
		OmitStatusReason  bool `json:"omitStatusReason"`
	} `json:"options"`
	Images []struct {
		Place string `json:"place"`
		Image string `json:"image"`
	} `json:"images"`
	Allowed bool   `json:"allowed"`
	Message string `json:"message"`
	Problem string `json:"problem"`
	Error   string `json:"error"`
}

func readReviews(t *testing.T) []*sharedReview {
	t.Helper()
	var reviews []*sharedReview
	if err := json.Unmarshal(readShared(t, "admission.json"), &reviews); err != nil {
		t.Fatal(err)
	}
	if len(reviews) < 110 {
		t.Fatalf("%d requests", len(reviews))
	}
	return reviews
}

func TestEveryRequestIsAnsweredAsRecorded(t *testing.T) {
	for _, c := range readReviews(t) {
		t.Run(c.Name, func(t *testing.T) { c.check(t) })
	}
}

func (c *sharedReview) check(t *testing.T) {
	review, err := ParseAdmissionReview(readShared(t, c.Review), AdmissionOptions(c.Options))
	if c.Error != "" {
		var failed *Error
		if !errors.Is(err, ErrInvalidReview) || !errors.As(err, &failed) || failed.Problems[0].Slug != c.Error {
			t.Error(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer review.Close()
	if review.Problem != c.Problem || len(review.Images) != len(c.Images) || review.UID == "" {
		t.Fatalf("%+v", review)
	}
	policy, err := LoadPolicy(readShared(t, c.Policy))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	set := NewAttestations()
	defer set.Close()
	for _, file := range c.Files {
		if _, err := set.Add(file, readShared(t, file)); err != nil {
			t.Fatal(err)
		}
	}
	var sets []*Attestations
	for i, image := range review.Images {
		if image.Place != c.Images[i].Place || image.Reference != c.Images[i].Image {
			t.Errorf("%+v", image)
		}
		sets = append(sets, set)
	}
	response, err := review.Respond(policy, sets, c.Cluster, c.At)
	if err != nil {
		t.Fatal(err)
	}
	recorded := readShared(t, filepath.Join("responses", c.Name+".json"))
	if response.JSON()+"\n" != string(recorded) || response.Allowed != c.Allowed || len(response.Reports) != len(sets) {
		t.Errorf("%s", response.JSON())
	}
	if c.Problem == "" && response.Message != c.Message {
		t.Error(response.Message)
	}
	// A set too many, and what could not be decided on.
	if response, err := review.Respond(policy, append(sets, nil), c.Cluster, c.At); err != nil || response.Allowed != (c.Allowed && len(sets) == 0) {
		t.Error(response, err)
	}
	if response, err := review.Refuse("LATE", "no time left"); err != nil || response.Allowed {
		t.Error(response, err)
	}
	if response, err := review.AdmitUndecided("LATE", "no time left"); err != nil || response.Allowed != (c.Problem == "") {
		t.Error(response, err)
	}
}

func TestWhatIsClosedAnswersNothing(t *testing.T) {
	open := func() *AdmissionReview {
		review, err := ParseAdmissionReview(readShared(t, "reviews/pod-create-attested.json"), AdmissionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return review
	}
	policy, err := LoadPolicy(readShared(t, "policies/shop.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	review, set, now := open(), NewAttestations(), time.Unix(1_780_272_000, 0)
	defer review.Close()
	if _, err := review.Respond(policy, []*Attestations{set}, "", time.Time{}); !errors.Is(err, ErrNoTime) {
		t.Error(err)
	}
	if _, err := review.Respond(policy, []*Attestations{set}, "\xff", now); !errors.Is(err, ErrInvalidUTF8) {
		t.Error(err)
	}
	set.Close()
	if _, err := review.Respond(policy, []*Attestations{nil, set, set}, "", now); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	closed := open()
	closed.Close()
	closed.Close()
	for _, ask := range []func() (*AdmissionResponse, error){
		func() (*AdmissionResponse, error) { return closed.Respond(policy, nil, "", now) },
		func() (*AdmissionResponse, error) { return closed.Refuse("A", "b") },
		func() (*AdmissionResponse, error) { return closed.AdmitUndecided("A", "b") },
	} {
		if _, err := ask(); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
}

func TestOneReviewAnswersManyGoroutines(t *testing.T) {
	policy, err := LoadPolicy(readShared(t, "policies/shop.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	review, err := ParseAdmissionReview(readShared(t, "reviews/staging.json"), AdmissionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer review.Close()
	set := NewAttestations()
	defer set.Close()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				response, err := review.Respond(policy, []*Attestations{set, set}, "staging", time.Unix(1_780_272_000, 0))
				if err != nil || !response.Allowed || len(response.Reports) != 2 {
					t.Error(response, err)
				}
			}
		})
	}
	group.Wait()
}
