// A Kubernetes admission webhook for Pods that embeds dokimos:
//
//	go-admission -policy policy.yaml -attestations folder -cluster prod-1 -cert tls.crt -key tls.key
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	dokimos "github.com/dokimos/dokimos/ffi/go"
	admission "k8s.io/api/admission/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// handler answers reviews of Pods; everything that it does not understand, it denies.
type handler struct {
	policy       *dokimos.Policy
	attestations *dokimos.Attestations
	cluster      string
	now          func() time.Time
}

func main() {
	policy := flag.String("policy", "", "the policy, JSON or YAML")
	folder := flag.String("attestations", "", "the folder of attestations, *.json")
	cluster := flag.String("cluster", "", "the name of this cluster in the policy")
	listen := flag.String("listen", ":8443", "the address to listen on")
	cert, key := flag.String("cert", "tls.crt", "the certificate"), flag.String("key", "tls.key", "its key")
	flag.Parse()
	h, err := newHandler(*policy, *folder, *cluster)
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Addr: *listen, Handler: h, ReadTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServeTLS(*cert, *key))
}

func newHandler(policy, folder, cluster string) (*handler, error) {
	document, err := os.ReadFile(policy)
	if err != nil {
		return nil, err
	}
	h := &handler{attestations: dokimos.NewAttestations(), cluster: cluster, now: time.Now}
	// JSON is YAML too.
	if h.policy, err = dokimos.LoadPolicyYAML(document); err != nil {
		return nil, err
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	for _, file := range files {
		document, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if _, err := h.attestations.Add(filepath.Base(file), document); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return h, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var review admission.AdmissionReview
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<20)).Decode(&review); err != nil || review.Request == nil {
		http.Error(w, "not an AdmissionReview", http.StatusBadRequest)
		return
	}
	response := &admission.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	if err := h.check(review.Request); err != nil {
		response.Allowed, response.Result = false, &meta.Status{Message: err.Error(), Code: http.StatusForbidden}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(admission.AdmissionReview{TypeMeta: review.TypeMeta, Response: response})
}

// check gives the first reason why the Pod may not run.
func (h *handler) check(request *admission.AdmissionRequest) error {
	var pod core.Pod
	if request.Kind.Kind != "Pod" {
		return fmt.Errorf("only Pods are judged here, not %s", request.Kind.Kind)
	}
	if err := json.Unmarshal(request.Object.Raw, &pod); err != nil {
		return err
	}
	var images []string
	for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		images = append(images, container.Image)
	}
	for _, container := range pod.Spec.EphemeralContainers {
		images = append(images, container.Image)
	}
	for _, image := range images {
		report, err := h.policy.Evaluate(image, h.attestations, dokimos.Context{
			Cluster: h.cluster, Namespace: request.Namespace, ServiceAccount: pod.Spec.ServiceAccountName,
			Annotations: pod.Annotations, Time: h.now(),
		})
		if err != nil {
			return err
		}
		if !report.Allowed {
			return fmt.Errorf("%s (%s)", report.Message, report.Reason)
		}
	}
	return nil
}
