import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** msal4j, with what it was given alone: a token that the loopback Azure accepts. */
public final class ManagedIdentity {
    private static final String ARM = "https://management.azure.com";

    private ManagedIdentity() {}

    public static void main(String[] arguments) throws Exception {
        ManagedIdentityApplication application =
                ManagedIdentityApplication.builder(ManagedIdentityId.systemAssigned()).build();
        IAuthenticationResult result =
                application.acquireTokenForManagedIdentity(ManagedIdentityParameters.builder(ARM).build()).get();
        HttpRequest request = HttpRequest.newBuilder(URI.create(ARM + "/subscriptions?api-version=2022-12-01"))
                .header("Authorization", "Bearer " + result.accessToken()).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
        System.exit(0);
    }
}
