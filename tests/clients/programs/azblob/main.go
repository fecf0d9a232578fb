// azblob with azidentity, with what they were given alone: a blob there and back.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	check(err)
	client, err := azblob.NewClient("https://myacct.blob.core.windows.net/", credential, nil)
	check(err)
	_, err = client.UploadBuffer(context.Background(), "box", "azblob", []byte("hello"), nil)
	check(err)
	buffer := make([]byte, 5)
	_, err = client.DownloadBuffer(context.Background(), "box", "azblob", buffer, nil)
	check(err)
	fmt.Println("blob", string(buffer))
}
