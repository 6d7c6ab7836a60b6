package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	admission "k8s.io/api/admission/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	testdata = "../../testdata"
	good     = "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94"
)

func TestPods(t *testing.T) {
	h := testHandler(t)
	attested := []core.Container{{Image: good}}
	tagged := []core.Container{{Image: "registry.example.com/shop/web:1.4"}}
	ephemeral := []core.EphemeralContainer{{EphemeralContainerCommon: core.EphemeralContainerCommon{Image: "evil"}}}
	for name, c := range map[string]struct {
		spec    core.PodSpec
		kind    string
		message string
	}{
		"attested":             {core.PodSpec{Containers: attested}, "Pod", ""},
		"tagged":               {core.PodSpec{Containers: tagged}, "Pod", "shop/web:1.4 is not attested (TAG_REFERENCE)"},
		"tagged beside":        {core.PodSpec{InitContainers: tagged, Containers: attested}, "Pod", "TAG_REFERENCE"},
		"ephemeral":            {core.PodSpec{Containers: attested, EphemeralContainers: ephemeral}, "Pod", "evil is not attested"},
		"image without a name": {core.PodSpec{Containers: []core.Container{{}}}, "Pod", "INVALID_REFERENCE"},
		"not a Pod":            {core.PodSpec{Containers: attested}, "Deployment", "only Pods"},
	} {
		raw, err := json.Marshal(core.Pod{Spec: c.spec})
		if err != nil {
			t.Fatal(err)
		}
		review := send(t, h, admission.AdmissionReview{
			TypeMeta: meta.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
			Request: &admission.AdmissionRequest{
				UID: "one", Kind: meta.GroupVersionKind{Version: "v1", Kind: c.kind}, Namespace: "default",
				Object: runtime.RawExtension{Raw: raw},
			},
		})
		if review.Kind != "AdmissionReview" || review.Response.UID != "one" {
			t.Errorf("%s: %+v", name, review)
		}
		if review.Response.Allowed != (c.message == "") {
			t.Errorf("%s: %+v", name, review.Response)
		}
		if c.message != "" && !strings.Contains(review.Response.Result.Message, c.message) {
			t.Errorf("%s: %+v", name, review.Response.Result)
		}
	}
}

func TestWhatIsNoReviewIsRefused(t *testing.T) {
	for _, body := range []string{"", "{}", "[]", `{"request":`, `{"request":null}`} {
		answer := httptest.NewRecorder()
		testHandler(t).ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		if answer.Code != http.StatusBadRequest {
			t.Errorf("%q: %d %s", body, answer.Code, answer.Body)
		}
	}
}

func TestAServerWithoutAPolicyDoesNotStart(t *testing.T) {
	for _, policy := range []string{"no-such.json", testdata + "/evidence/release.json", testdata + "/README.md"} {
		if _, err := newHandler(policy, t.TempDir(), "prod-1"); err == nil {
			t.Error(policy)
		}
	}
}

func testHandler(t *testing.T) *handler {
	t.Helper()
	folder := t.TempDir()
	document, err := os.ReadFile(testdata + "/evidence/release.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "release.json"), document, 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := newHandler(testdata+"/policies/shop.json", folder, "prod-1")
	if err != nil {
		t.Fatal(err)
	}
	h.now = func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }
	return h
}

func send(t *testing.T, h http.Handler, review admission.AdmissionReview) admission.AdmissionReview {
	t.Helper()
	body, err := json.Marshal(review)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(body)))
	var answered admission.AdmissionReview
	if err := json.Unmarshal(answer.Body.Bytes(), &answered); err != nil || answered.Response == nil {
		t.Fatal(err, answer.Body)
	}
	return answered
}
