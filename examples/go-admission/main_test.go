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
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	testdata = "../../testdata"
	good     = "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94"
)

// The objects are written, and the answers read, by the types of Kubernetes itself.
func TestWorkloads(t *testing.T) {
	h := testHandler(t)
	container := func(image string) []core.Container { return []core.Container{{Name: "c", Image: image}} }
	const tagged = "registry.example.com/shop/web:1.4"
	debug := []core.EphemeralContainer{{EphemeralContainerCommon: core.EphemeralContainerCommon{Name: "d", Image: "evil"}}}
	volumes := []core.Volume{{Name: "v", VolumeSource: core.VolumeSource{Image: &core.ImageVolumeSource{Reference: "evil"}}}}
	for name, c := range map[string]struct {
		spec    core.PodSpec
		message string
		fields  string
	}{
		"attested":      {core.PodSpec{Containers: container(good)}, "", ""},
		"tagged":        {core.PodSpec{Containers: container(tagged)}, "image " + tagged + " is not attested", "spec.containers[0].image TAG_REFERENCE"},
		"tagged before": {core.PodSpec{InitContainers: container(tagged), Containers: container(good)}, "image " + tagged + " is not attested", "spec.initContainers[0].image TAG_REFERENCE"},
		"ephemeral":     {core.PodSpec{Containers: container(good), EphemeralContainers: debug}, "image evil is not attested", "spec.ephemeralContainers[0].image ALWAYS_DENY"},
		"volume":        {core.PodSpec{Containers: container(good), Volumes: volumes}, "image evil is not attested", "spec.volumes[0].image.reference ALWAYS_DENY"},
		"two":           {core.PodSpec{InitContainers: container("evil"), Containers: container(tagged)}, "image evil is not attested\nimage " + tagged + " is not attested", "spec.initContainers[0].image ALWAYS_DENY spec.containers[0].image TAG_REFERENCE"},
		"no image":      {core.PodSpec{Containers: container("")}, "the request cannot be decided on: spec.containers[0].image: no image is named", "spec.containers[0].image MISSING_FIELD"},
		"no containers": {core.PodSpec{}, "the request cannot be decided on: spec.containers: it is missing", "spec.containers MISSING_FIELD"},
	} {
		template := core.PodTemplateSpec{Spec: c.spec}
		for prefix, kind := range map[string]struct {
			meta.GroupVersionKind
			object any
		}{
			"":               {meta.GroupVersionKind{Version: "v1", Kind: "Pod"}, core.Pod{Spec: c.spec}},
			"template.":      {meta.GroupVersionKind{Version: "v1", Kind: "PodTemplate"}, core.PodTemplate{Template: template}},
			"spec.template.": {meta.GroupVersionKind{Group: "apps", Version: "v1", Kind: "DaemonSet"}, apps.DaemonSet{Spec: apps.DaemonSetSpec{Template: template}}},
			"spec.jobTemplate.spec.template.": {meta.GroupVersionKind{Group: "batch", Version: "v1", Kind: "CronJob"}, batch.CronJob{Spec: batch.CronJobSpec{
				JobTemplate: batch.JobTemplateSpec{Spec: batch.JobSpec{Template: template}}}}},
		} {
			raw, err := json.Marshal(kind.object)
			if err != nil {
				t.Fatal(err)
			}
			review := send(t, h, admission.AdmissionReview{
				TypeMeta: meta.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
				Request: &admission.AdmissionRequest{
					UID: "one", Kind: kind.GroupVersionKind, Namespace: "default", Operation: admission.Create,
					Object: runtime.RawExtension{Raw: raw},
				},
			})
			response := review.Response
			if review.Kind != "AdmissionReview" || review.APIVersion != "admission.k8s.io/v1" || response.UID != "one" {
				t.Errorf("%s: %+v", name, review)
			}
			if response.Allowed != (c.message == "") || (response.Result == nil) != response.Allowed {
				t.Fatalf("%s %s: %+v", name, kind.Kind, response)
			}
			if response.Allowed {
				continue
			}
			var fields []string
			for _, cause := range response.Result.Details.Causes {
				fields = append(fields, strings.TrimPrefix(cause.Field, prefix)+" "+string(cause.Type))
			}
			message := strings.ReplaceAll(response.Result.Message, prefix+"spec", "spec")
			if message != c.message || strings.Join(fields, " ") != c.fields {
				t.Errorf("%s %s: %q %q", name, kind.Kind, message, fields)
			}
			if response.Result.Code != http.StatusForbidden || !errors.IsForbidden(&errors.StatusError{ErrStatus: *response.Result}) {
				t.Errorf("%s: %+v", name, response.Result)
			}
		}
	}
}

func TestWhatIsNoReviewIsRefused(t *testing.T) {
	for _, body := range []string{"", "{}", "[]", `{"request":`, `{"request":null}`, `{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"one"}}`} {
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
