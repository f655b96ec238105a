//! GetFoundationModelAvailability.

open_enum! {
    /// The state of the agreement that a model requires.
    pub enum AgreementStatus {
        /// It is in place, or none is needed.
        Available = "AVAILABLE",
        /// It is being set up.
        Pending = "PENDING",
        /// It is not available.
        NotAvailable = "NOT_AVAILABLE",
        /// Setting it up failed.
        Error = "ERROR",
    }
}

open_enum! {
    /// Whether the account may use a model.
    pub enum AuthorizationStatus {
        /// It is authorized.
        Authorized = "AUTHORIZED",
        /// It is not authorized.
        NotAuthorized = "NOT_AUTHORIZED",
    }
}

open_enum! {
    /// Whether the account is entitled to a model.
    pub enum EntitlementAvailability {
        /// It is available.
        Available = "AVAILABLE",
        /// It is not available.
        NotAvailable = "NOT_AVAILABLE",
    }
}

open_enum! {
    /// Whether a model is offered in the region.
    pub enum RegionAvailability {
        /// It is available.
        Available = "AVAILABLE",
        /// It is not available.
        NotAvailable = "NOT_AVAILABLE",
    }
}

structure! {
    /// The agreement that a model requires.
    #[derive(Default)]
    pub struct AgreementAvailability {
        required {}
        optional {
            /// Its state.
            status / with_status: AgreementStatus = "status",
            /// Why setting it up failed.
            error_message / with_error_message: String = "errorMessage",
        }
    }
}

structure! {
    /// The response of GetFoundationModelAvailability: what keeps this account from using a model, if anything.
    #[derive(Default)]
    pub struct GetFoundationModelAvailabilityResponse {
        required {}
        optional {
            /// The model's id.
            model_id / with_model_id: String = "modelId",
            /// The agreement.
            agreement_availability / with_agreement_availability: AgreementAvailability = "agreementAvailability",
            /// The account's permission.
            authorization_status / with_authorization_status: AuthorizationStatus = "authorizationStatus",
            /// The account's entitlement.
            entitlement_availability / with_entitlement_availability: EntitlementAvailability = "entitlementAvailability",
            /// The region.
            region_availability / with_region_availability: RegionAvailability = "regionAvailability",
        }
    }
}

outermost!(GetFoundationModelAvailabilityResponse);
