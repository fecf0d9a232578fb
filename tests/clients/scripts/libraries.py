"""One library a run: it signs in by DefaultAzureCredential, or as its own documentation says."""

import asyncio
import json
import os
import sys
import urllib.request

ACCOUNT = "https://myacct.blob.core.windows.net"
LIST = "https://management.azure.com/subscriptions?api-version=2022-12-01"


def credential():
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


def first_subscription(token):
    request = urllib.request.Request(LIST, headers={"Authorization": "Bearer " + token})
    return json.load(urllib.request.urlopen(request))["value"][0]["displayName"]


def msrestazure():
    from msrestazure.azure_active_directory import MSIAuthentication

    authentication = MSIAuthentication(resource="https://management.azure.com/")
    authentication.set_token()
    return first_subscription(authentication.token["access_token"])


def msal():
    import msal
    import requests

    own = msal.SystemAssignedManagedIdentity()
    client = msal.ManagedIdentityClient(own, http_client=requests.Session())
    answer = client.acquire_token_for_client(resource="https://management.azure.com/")
    return first_subscription(answer["access_token"])


def azure_storage_blob():
    from azure.storage.blob import BlobServiceClient

    box = BlobServiceClient(ACCOUNT, credential()).get_container_client("box")
    box.upload_blob("library", b"hello", overwrite=True)
    return " ".join(blob.name for blob in box.list_blobs())


def msgraph_sdk():
    from msgraph import GraphServiceClient

    client = GraphServiceClient(credential(), ["https://graph.microsoft.com/.default"])
    return asyncio.run(client.me.get()).user_principal_name


def openai():
    from azure.identity import get_bearer_token_provider
    from openai import AzureOpenAI

    scope = "https://cognitiveservices.azure.com/.default"
    client = AzureOpenAI(
        azure_endpoint="https://myopenai.openai.azure.com", api_version="2024-10-21",
        azure_ad_token_provider=get_bearer_token_provider(credential(), scope),
    )
    said = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "a"}])
    return said.choices[0].message.content


def azure_cosmos():
    from azure.cosmos import CosmosClient

    client = CosmosClient("https://mycosmos.documents.azure.com:443/", credential())
    return " ".join(one["id"] for one in client.list_databases())


def azure_appconfiguration():
    from azure.appconfiguration import AzureAppConfigurationClient

    client = AzureAppConfigurationClient("https://myconfig.azconfig.io", credential())
    return " ".join(one.key for one in client.list_configuration_settings())


def databricks_sdk():
    from databricks.sdk import WorkspaceClient

    os.environ["PATH"] = os.environ["AZ"] + ":" + os.environ["PATH"]
    client = WorkspaceClient(host="https://adb-1.azuredatabricks.net", auth_type="azure-cli")
    return client.current_user.me().user_name


def adlfs():
    from adlfs import AzureBlobFileSystem

    files = AzureBlobFileSystem(account_name="myacct", anon=False)
    files.pipe("box/adlfs", b"hello")
    return files.cat("box/adlfs").decode()


def deltalake():
    import pyarrow
    from deltalake import DeltaTable, write_deltalake

    options = {"azure_storage_account_name": "myacct"}
    table = pyarrow.table({"n": [1, 2, 3]})
    write_deltalake("az://box/table", table, mode="overwrite", storage_options=options)
    read = DeltaTable("az://box/table", storage_options=options).to_pyarrow_table()
    return f"{read.num_rows} rows"


def obstore():
    import obstore
    from obstore.store import AzureStore

    store = AzureStore("box", account_name="myacct")
    obstore.put(store, "obstore", b"hello")
    return bytes(obstore.get(store, "obstore").bytes()).decode()


if __name__ == "__main__":
    print(globals()[sys.argv[1].replace("-", "_")]())
    # What was asked has been answered: how threads of a library end with the interpreter is its own affair.
    sys.stdout.flush()
    os._exit(0)
