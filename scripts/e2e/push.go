package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// push --url URL --secret TEXT --images FILE …: tells the webhook of pushes, as a registry does, and writes down for which
// it said that it has them: those must never be lost.
func push(arguments []string) error {
	flags := flag.NewFlagSet("push", flag.ContinueOnError)
	target := flags.String("url", "", "of the endpoint for events")
	authority := flags.String("ca", "", "certificates that are trusted, PEM")
	secret := flags.String("secret", "", "the shared secret")
	repository := flags.String("repository", "127.0.0.1:5000/load/app", "with the registry's host")
	number := flags.Int("number", 100, "of pushes")
	list := flags.String("images", "", "file for what was taken, as `load` reads it")
	seconds := flags.Float64("seconds", 30, "the most time")
	stop := flags.Bool("stop-at-failure", false, "end with the first that is not taken")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	g, err := newClient(*authority)
	if err != nil {
		return err
	}
	host, path, _ := strings.Cut(*repository, "/")
	var taken strings.Builder
	var failure error
	accepted, end := 0, time.Now().Add(time.Duration(*seconds*float64(time.Second)))
	for accepted < *number && time.Now().Before(end) {
		random := make([]byte, 32)
		rand.Read(random)
		digest := "sha256:" + hex.EncodeToString(random)
		event := fmt.Sprintf(`{"events":[{"id":"%x","timestamp":"2026-11-24T12:00:00Z","action":"push","target":{"mediaType":"%s","size":500,"digest":"%s","length":500,"repository":"%s","url":"http://%s/v2/%s/manifests/%s","tag":"1"},"request":{"id":"r","addr":"127.0.0.1:40000","host":"%s","method":"PUT","useragent":"e2e"},"actor":{},"source":{"addr":"registry:5000","instanceID":"i"}}]}`,
			random[:16], manifestType, digest, path, host, path, digest, host)
		failure = tell(g, *target, *secret, event)
		if failure != nil {
			if *stop {
				break
			}
			time.Sleep(5 * time.Millisecond)
			continue
		}
		accepted++
		fmt.Fprintf(&taken, "%s@%s allow\n", *repository, digest)
	}
	fmt.Printf("{\"taken\":%d,\"lastFailure\":%q}\n", accepted, fmt.Sprint(failure))
	return os.WriteFile(*list, []byte(taken.String()), 0o644)
}

func newClient(authority string) (*http.Client, error) {
	if authority == "" {
		return http.DefaultClient, nil
	}
	config, err := trust(authority)
	if err != nil {
		return nil, err
	}
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}, nil
}

func tell(client *http.Client, target, secret, event string) error {
	request, err := http.NewRequest("POST", target, strings.NewReader(event))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/vnd.docker.distribution.events.v1+json")
	request.Header.Set("Authorization", "Bearer "+secret)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode > 399 {
		return errors.New(response.Status + ": " + strings.TrimSpace(string(said)))
	}
	return nil
}
