// An application whose users sign in with go-oidc, as its documentation shows it.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type application struct {
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	config   oauth2.Config
	// What the last sign-in began with: one user signs in at a time.
	state, nonce, codeVerifier string
}

type result struct {
	IDToken   string `json:"id_token"`
	Subject   string `json:"sub"`
	Email     string `json:"email"`
	IsRenewed bool   `json:"is_renewed"`
}

func main() {
	origin := "127.0.0.1:" + os.Getenv("PORT")
	provider, err := oidc.NewProvider(context.Background(), os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	clientID := os.Getenv("CLIENT_ID")
	app := &application{
		provider: provider,
		verifier: provider.Verifier(&oidc.Config{ClientID: clientID}),
		config: oauth2.Config{
			ClientID:     clientID,
			ClientSecret: os.Getenv("CLIENT_SECRET"),
			Endpoint:     provider.Endpoint(),
			RedirectURL:  "http://" + origin + "/callback",
			Scopes:       []string{oidc.ScopeOpenID, "email", oidc.ScopeOfflineAccess},
		},
	}
	http.HandleFunc("/sign-in", app.signIn)
	http.HandleFunc("/callback", func(response http.ResponseWriter, request *http.Request) {
		found, err := app.finish(request)
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(response).Encode(found)
	})
	log.Fatal(http.ListenAndServe(origin, nil))
}

func (app *application) signIn(response http.ResponseWriter, request *http.Request) {
	app.state, app.nonce, app.codeVerifier = rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oidc.Nonce(app.nonce), oauth2.S256ChallengeOption(app.codeVerifier)}
	http.Redirect(response, request, app.config.AuthCodeURL(app.state, options...), http.StatusFound)
}

func (app *application) finish(request *http.Request) (*result, error) {
	ctx := request.Context()
	if request.FormValue("state") != app.state {
		return nil, errors.New("another state")
	}
	tokens, err := app.config.Exchange(ctx, request.FormValue("code"), oauth2.VerifierOption(app.codeVerifier))
	if err != nil {
		return nil, err
	}
	text, _ := tokens.Extra("id_token").(string)
	idToken, err := app.verifier.Verify(ctx, text)
	if err != nil {
		return nil, err
	}
	if idToken.Nonce != app.nonce {
		return nil, errors.New("another nonce")
	}
	if err := idToken.VerifyAccessToken(tokens.AccessToken); err != nil {
		return nil, err
	}
	renewed, err := app.config.TokenSource(ctx, &oauth2.Token{RefreshToken: tokens.RefreshToken}).Token()
	if err != nil {
		return nil, err
	}
	user, err := app.provider.UserInfo(ctx, oauth2.StaticTokenSource(renewed))
	if err != nil {
		return nil, err
	}
	isRenewed := renewed.AccessToken != tokens.AccessToken
	return &result{text, idToken.Subject, user.Email, isRenewed}, nil
}
