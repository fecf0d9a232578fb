"""Tokens by azure-identity as it is: one a line, a refusal, and how fast one client is served."""

import time

from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

MANAGED = ManagedIdentityCredential()
NAMED = ManagedIdentityCredential(client_id="33333333-3333-3333-3333-333333333333")


def fresh(token):
    assert 3500 < token.expires_on - time.time() < 3700, token.expires_on
    return token.token


print(fresh(MANAGED.get_token("https://management.azure.com/.default")))
print(fresh(DefaultAzureCredential().get_token("https://vault.azure.net/.default")))
print(fresh(NAMED.get_token("https://storage.azure.com/.default")))
try:
    print(MANAGED.get_token("https://user@no.example/.default"))
except Exception as error:  # pylint: disable=broad-except
    print(" ".join(str(error).split()))
COUNT = 200
BEGIN = time.perf_counter()
for number in range(COUNT):
    # A resource of its own each time: the client keeps what it has.
    MANAGED.get_token(f"https://r{number}.example/.default")
SPENT = time.perf_counter() - BEGIN
print(f"{COUNT / SPENT:.0f} tokens/s, {1000 * SPENT / COUNT:.2f} ms each")
