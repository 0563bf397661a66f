// A service behind Gatehouse: go run .
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

var (
	gatehouse = setting("GATEHOUSE", "http://localhost:8000") // its PUBLIC_URL
	audience  = setting("AUDIENCE", "gatehouse")              // its JWT_AUDIENCE
	client    = &http.Client{Timeout: 5 * time.Second}
	verifier  = oidc.NewVerifier(
		gatehouse,
		oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), client), gatehouse+"/.well-known/jwks.json"),
		&oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{oidc.ES256}},
	)
	errRefused = errors.New("refused")
)

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func tokenOf(request *http.Request) string {
	kind, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return token
}

// go-oidc verifies the signature and the claims, but not the type: a refresh token is none for an API.
func isAccessToken(token string) bool {
	encoded, _, _ := strings.Cut(token, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	var header struct{ Typ string }
	return err == nil && json.Unmarshal(decoded, &header) == nil && header.Typ == "at+jwt"
}

// Verifies the token here. A token of a session that has ended is accepted until it expires.
func verified(request *http.Request) (string, error) {
	token := tokenOf(request)
	if !isAccessToken(token) {
		return "", errRefused
	}
	claims, err := verifier.Verify(request.Context(), token)
	// go-oidc has no type for this error: without keys it is unknown whether the token is valid.
	if err != nil && strings.Contains(err.Error(), "fetching keys") {
		return "", err
	}
	if err != nil {
		return "", errRefused
	}
	return claims.Subject, nil
}

// Asks Gatehouse, so that a sign-out is effective at once.
func current(request *http.Request) (string, error) {
	body, err := json.Marshal(map[string]string{"token": tokenOf(request)})
	if err != nil {
		return "", err
	}
	response, err := client.Post(gatehouse+"/api/v1/auth/validate-token", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests {
		return "", errors.New("Gatehouse is not available")
	}
	if response.StatusCode != http.StatusOK {
		return "", errRefused
	}
	var answer struct {
		Data struct {
			UserID string `json:"user_id"`
		}
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer.Data.UserID, err
}

func respond(userOf func(*http.Request) (string, error)) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		userID, err := userOf(request)
		writer.Header().Set("Content-Type", "application/json")
		switch {
		case errors.Is(err, errRefused):
			writer.Header().Set("WWW-Authenticate", "Bearer")
			writer.WriteHeader(http.StatusUnauthorized)
			_, _ = writer.Write([]byte(`{"error":"Sign in first."}`))
		case err != nil:
			log.Print(err)
			writer.WriteHeader(http.StatusServiceUnavailable)
			_, _ = writer.Write([]byte(`{"error":"Try again later."}`))
		default:
			_ = json.NewEncoder(writer).Encode(map[string]string{"user_id": userID})
		}
	}
}

func main() {
	http.HandleFunc("GET /reports", respond(verified))
	http.HandleFunc("POST /payments", respond(current))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+setting("PORT", "3000"), nil))
}
