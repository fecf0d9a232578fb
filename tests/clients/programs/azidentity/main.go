// azidentity, with what it was given alone: tokens that the loopback Azure accepts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func get(credential azcore.TokenCredential, scope, url string) map[string]any {
	asked := policy.TokenRequestOptions{Scopes: []string{scope}}
	token, err := credential.GetToken(context.Background(), asked)
	check(err)
	request, err := http.NewRequest("GET", url, nil)
	check(err)
	request.Header.Set("Authorization", "Bearer "+token.Token)
	response, err := http.DefaultClient.Do(request)
	check(err)
	defer response.Body.Close()
	var answer map[string]any
	check(json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

func main() {
	arm, list := "https://management.azure.com/.default", "https://management.azure.com/subscriptions?api-version=2022-12-01"
	byDefault, err := azidentity.NewDefaultAzureCredential(nil)
	check(err)
	managed, err := azidentity.NewManagedIdentityCredential(nil)
	check(err)
	for _, one := range []struct {
		name       string
		credential azcore.TokenCredential
	}{{"default", byDefault}, {"managed", managed}} {
		first := get(one.credential, arm, list)["value"].([]any)[0].(map[string]any)
		fmt.Println(one.name, first["displayName"])
	}
	secret := get(managed, "https://vault.azure.net/.default", "https://myvault.vault.azure.net/secrets/one?api-version=7.4")
	fmt.Println("vault", secret["value"])
}
