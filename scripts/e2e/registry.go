package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A registry that holds nothing but cosign's signatures, of images that there are not, and answers as it is told to:
// `POST /mode?is=ok|slow|garbage|error|endless|cut` and `POST /latency?is=5ms`.
type fakeRegistry struct {
	repository string
	manifests  map[string][]byte
	blobs      map[string][]byte
	latency    atomic.Int64
	mode       atomic.Value
	asked      atomic.Int64
}

// registry --listen ADDRESS --repository NAME --signed N --unsigned N --key FILE --images FILE: serves until it is killed.
// The file gets a line for each image: its reference, and whether it is to be allowed or denied.
func registry(arguments []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address")
	repository := flags.String("repository", "load/app", "repository")
	signed := flags.Int("signed", 100, "signed images")
	unsigned := flags.Int("unsigned", 0, "images without a signature")
	seed := flags.String("seed", "image", "what the images are made of")
	latency := flags.Duration("latency", 0, "before each answer")
	keyFile := flags.String("key", "", "RSA private key, PKCS#8 in PEM")
	list := flags.String("images", "", "file for the list of images")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	key, err := readKey(*keyFile)
	if err != nil {
		return err
	}
	r := &fakeRegistry{repository: *repository, manifests: map[string][]byte{}, blobs: map[string][]byte{}}
	r.latency.Store(int64(*latency))
	r.mode.Store("ok")
	name := *listen + "/" + *repository
	var lines strings.Builder
	digests := make([]string, *signed+*unsigned)
	for i := range digests {
		digests[i] = digestOf(fmt.Appendf(nil, "%s %d", *seed, i))
		verdict := "allow"
		if i >= *signed {
			verdict = "deny"
		}
		fmt.Fprintf(&lines, "%s@%s %s\n", name, digests[i], verdict)
	}
	r.sign(name, digests[:*signed], key)
	if err := os.WriteFile(*list, []byte(lines.String()), 0o644); err != nil {
		return err
	}
	http.HandleFunc("POST /mode", func(w http.ResponseWriter, q *http.Request) { r.mode.Store(q.URL.Query().Get("is")) })
	http.HandleFunc("POST /latency", func(w http.ResponseWriter, q *http.Request) {
		duration, err := time.ParseDuration(q.URL.Query().Get("is"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.latency.Store(int64(duration))
	})
	http.HandleFunc("GET /asked", func(w http.ResponseWriter, q *http.Request) { fmt.Fprintln(w, r.asked.Load()) })
	http.HandleFunc("GET /v2/", r.serve)
	http.HandleFunc("HEAD /v2/", r.serve)
	return http.ListenAndServe(*listen, nil)
}

func readKey(file string) (*rsa.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	return key.(*rsa.PrivateKey), nil
}

// sign makes what `cosign sign` of cosign 2 puts beside each image.
func (r *fakeRegistry) sign(name string, digests []string, key *rsa.PrivateKey) {
	var group sync.WaitGroup
	var mutex sync.Mutex
	next := make(chan string)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for digest := range next {
				payload := fmt.Appendf(nil, `{"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},"optional":null}`, name, digest)
				sum := sha256.Sum256(payload)
				signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
				if err != nil {
					panic(err)
				}
				config := []byte("{}")
				text, err := json.Marshal(manifest{
					SchemaVersion: 2, MediaType: manifestType,
					Config: &descriptor{MediaType: "application/vnd.oci.image.config.v1+json", Digest: digestOf(config), Size: len(config)},
					Layers: []descriptor{{
						MediaType: "application/vnd.dev.cosign.simplesigning.v1+json", Digest: digestOf(payload), Size: len(payload),
						Annotations: map[string]string{"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(signature)},
					}},
				})
				if err != nil {
					panic(err)
				}
				mutex.Lock()
				r.manifests[strings.Replace(digest, ":", "-", 1)+".sig"] = text
				r.manifests[digestOf(text)] = text
				r.blobs[digestOf(payload)] = payload
				r.blobs[digestOf(config)] = config
				mutex.Unlock()
			}
		})
	}
	for _, digest := range digests {
		next <- digest
	}
	close(next)
	group.Wait()
}

func (r *fakeRegistry) serve(w http.ResponseWriter, q *http.Request) {
	r.asked.Add(1)
	time.Sleep(time.Duration(r.latency.Load()))
	switch r.mode.Load() {
	case "slow":
		time.Sleep(time.Minute)
	case "error":
		http.Error(w, "broken", http.StatusInternalServerError)
		return
	case "garbage":
		w.Header().Set("Content-Type", manifestType)
		w.Write([]byte("{\"layers\":[{\"annotations\":{\"dev.cosignproject.cosign/signature\":\"\x00"))
		return
	case "endless":
		w.Header().Set("Content-Type", manifestType)
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	case "cut":
		w.Header().Set("Content-Length", "1000000")
		w.Write([]byte("{"))
		panic(http.ErrAbortHandler)
	}
	rest, ok := strings.CutPrefix(q.URL.Path, "/v2/"+r.repository+"/")
	kind, name, _ := strings.Cut(rest, "/")
	switch text := r.manifests[name]; {
	case q.URL.Path == "/v2/":
		w.Write([]byte("{}"))
	case ok && kind == "manifests" && text != nil:
		w.Header().Set("Content-Type", manifestType)
		w.Header().Set("Docker-Content-Digest", digestOf(text))
		w.Write(text)
	case ok && kind == "blobs" && r.blobs[name] != nil:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(r.blobs[name])
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte(`{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`))
	}
}
