// The journey of a user with the client that oapi-codegen generates: main URL EMAIL [CODE].
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"example.com/journey/gatehouse"
)

const password = "SecurePassword123!"

func main() {
	url, email := os.Args[1], os.Args[2]
	ctx := context.Background()
	client, err := gatehouse.NewClientWithResponses(url)
	check(err)

	if len(os.Args) < 4 {
		registered, err := client.RegisterWithResponse(ctx, gatehouse.RegisterJSONRequestBody{Email: email, Password: password})
		check(err)
		expect(registered.JSON201 != nil && string(registered.JSON201.Data.Email) == email, registered.Body)
		return
	}

	verified, err := client.VerifyEmailByCodeWithResponse(ctx, gatehouse.VerifyEmailByCodeJSONRequestBody{Email: email, Code: os.Args[3]})
	check(err)
	expect(verified.JSON200 != nil, verified.Body)

	signedIn, err := client.LogInWithResponse(ctx, gatehouse.LogInJSONRequestBody{Email: &email, Password: password})
	check(err)
	expect(signedIn.JSON200 != nil, signedIn.Body)

	refreshed, err := client.RefreshTokensWithResponse(ctx, gatehouse.RefreshTokensJSONRequestBody{RefreshToken: *signedIn.JSON200.Data.RefreshToken})
	check(err)
	expect(refreshed.JSON200 != nil, refreshed.Body)

	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+refreshed.JSON200.Data.AccessToken)
		return nil
	}
	me, err := client.GetCurrentUserWithResponse(ctx, bearer)
	check(err)
	expect(me.JSON200 != nil && string(me.JSON200.Data.Email) == email, me.Body)

	signedOut, err := client.LogOutWithResponse(ctx, gatehouse.LogOutJSONRequestBody{}, bearer)
	check(err)
	expect(signedOut.JSON200 != nil, signedOut.Body)

	ended, err := client.GetCurrentUserWithResponse(ctx, bearer)
	check(err)
	expect(ended.JSON401 != nil && string(ended.JSON401.Error.Code) == "INVALID_TOKEN", ended.Body)
	fmt.Println("done")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(holds bool, body []byte) {
	if !holds {
		panic(string(body))
	}
}
