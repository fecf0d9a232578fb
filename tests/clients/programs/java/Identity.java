import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** azure-identity, with what it was given alone: tokens that the loopback Azure accepts. */
public final class Identity {
    private static final String ARM = "https://management.azure.com";
    private static final String VAULT = "https://myvault.vault.azure.net";

    private Identity() {}

    public static void main(String[] arguments) throws Exception {
        TokenCredential byDefault = new DefaultAzureCredentialBuilder().build();
        TokenCredential managed = new ManagedIdentityCredentialBuilder().build();
        String list = ARM + "/subscriptions?api-version=2022-12-01";
        System.out.println("default " + get(byDefault, ARM + "/.default", list, "displayName"));
        System.out.println("managed " + get(managed, ARM + "/.default", list, "displayName"));
        String secret = VAULT + "/secrets/one?api-version=7.4";
        System.out.println("vault " + get(managed, "https://vault.azure.net/.default", secret, "value"));
        System.exit(0);
    }

    private static String get(TokenCredential credential, String scope, String url, String member)
            throws Exception {
        String token = credential.getToken(new TokenRequestContext().addScopes(scope)).block().getToken();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + token).build();
        String body = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
        int at = body.indexOf("\"" + member + "\": \"") + member.length() + 5;
        return body.substring(at, body.indexOf('"', at));
    }
}
