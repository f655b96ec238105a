//! Custom requests.

use bytes::Bytes;

use crate::client::{Client, Error, SigningService};
use crate::transport::Body;

impl Client {
    /// Sends any request to an AWS service, and returns the response unchanged.
    ///
    /// The request is signed with the client's credentials, or carries the client's bearer token where the service takes
    /// one. It is sent over the client's transport and within its [`Timeouts`](crate::client::Timeouts). A wrong clock is
    /// corrected, and rejected credentials are replaced, as for every other call. There is no fallback to inference
    /// profiles, and no hint.
    ///
    /// - **Where it goes.** A URI that is only a path goes to the service's host in its region, or else the client's, or
    ///   to the endpoint that is configured for the service ([`SigningService`]). An absolute URI
    ///   goes where it says: that host gets the signature or the token. A bearer token is not sent over plain
    ///   `http` to another machine, unless [`allow_http`](crate::ClientBuilder::allow_http) says so. The path is sent as it is and must be percent-encoded. Redirects are not followed.
    /// - **Headers.** They are sent and signed as they are, with these exceptions: `host` is that of the URI,
    ///   `authorization` and the headers of the signature are replaced, `user-agent` is added when there is none, and
    ///   `amz-sdk-invocation-id` and `amz-sdk-request` tell the service which attempt it is. A gateway must remove the
    ///   headers that belong to the connection it got the request from, such as `connection` and `transfer-encoding`.
    /// - **Retries.** A failure that may be temporary is retried, as the [`RetryPolicy`](crate::client::RetryPolicy) says:
    ///   connections that break, a head that does not arrive in time, the statuses 500, 502, 503 and 504, throttling.
    ///   The service may have acted on such a request. **The caller must know whether it may be repeated**: what must
    ///   not happen twice needs an idempotency token of the service, or a client with
    ///   [`RetryPolicy::none`](crate::client::RetryPolicy::none).
    /// - **The answer.** Whatever its status, an answer that is not retried, or no longer, is returned and is not an
    ///   error: status, headers and body are as the service sent them, and the body may quote secrets from the request.
    ///   For a status of 400 or more the first 64 KiB of the body have been read by then. A body is subject to the
    ///   limits for silence and for the whole call, not by those for a frame or the frame budget. When one runs out,
    ///   the body ends with a [`TransportError`](crate::transport::TransportError); an [`Error`] made from it knows the
    ///   [limit](Error::timeout_kind). A failure in a body that was already returned is not retried.
    ///
    /// # Examples
    ///
    /// InvokeModel, in the model's own dialect:
    ///
    /// ```no_run
    /// # async fn example(client: bedrill::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use bedrill::client::SigningService;
    /// use bedrill::endpoint::Plane;
    ///
    /// let request = http::Request::post("/model/amazon.titan-embed-text-v2%3A0/invoke")
    ///     .header("content-type", "application/json")
    ///     .body(r#"{"inputText":"Why is the sky blue?"}"#.into())?;
    /// let mut response = client.send(&SigningService::bedrock(Plane::Data), request).await?;
    /// let body = response.body_mut().read_at_most(1 << 20).await?;
    /// println!("{}: {}", response.status(), String::from_utf8_lossy(&body));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An object of S3, chunk by chunk:
    ///
    /// ```no_run
    /// # async fn example(client: bedrill::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use bedrill::client::SigningService;
    ///
    /// let bucket = SigningService::s3().with_host_prefix("my-bucket.s3");
    /// let request = http::Request::get("/batch/output.jsonl").body(bytes::Bytes::new())?;
    /// let mut response = client.send(&bucket, request).await?;
    /// assert_eq!(response.status(), 200);
    /// while let Some(chunk) = response.body_mut().chunk().await? {
    ///     println!("{} bytes", chunk.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error`] when the URI is neither a path nor absolute, when there are no credentials, or only a bearer token and the
    /// service takes none, when the request cannot be signed, or when no answer arrives. An error status is not an
    /// error here.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, and the answer is lost. The request may have reached the service, which
    /// may act on it. Calling again sends another one. The client keeps what it has learned: the clock of the service,
    /// other credentials. Dropping the body closes the connection, unless the body was read to its end.
    pub async fn send(
        &self,
        service: &SigningService,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, Error> {
        self.0.service.pass(service, request).await
    }
}
