// A Kubernetes admission webhook that embeds dokimos:
//
//	go-admission -policy policy.yaml -attestations folder -cluster prod-1 -cert tls.crt -key tls.key
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	dokimos "github.com/dokimos/dokimos/ffi/go"
)

// handler answers reviews of everything that runs images; what it does not understand, it denies.
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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	if err != nil {
		http.Error(w, "the request is too long, or was cut off", http.StatusBadRequest)
		return
	}
	review, err := dokimos.ParseAdmissionReview(body, dokimos.AdmissionOptions{})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	defer review.Close()
	// Whoever keeps attestations elsewhere fetches them here, and refuses if that fails: review.Refuse.
	found := make([]*dokimos.Attestations, len(review.Images))
	for i := range found {
		found[i] = h.attestations
	}
	response, err := review.Respond(h.policy, found, h.cluster, h.now())
	if err != nil {
		// No decision, and no answer: the API server then does what failurePolicy says, which should be Fail.
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for _, report := range response.Reports {
		log.Printf("%s %s %s/%s by %s: %s", review.Operation, review.Kind, review.Namespace, review.Name, review.User, report)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, response.JSON())
}
