//! GetFoundationModelAvailability.

open_enum! {
    /// Whether the agreement that a model needs is made.
    pub enum AgreementStatus {
        /// It is, or none is needed.
        Available = "AVAILABLE",
        /// It is being made.
        Pending = "PENDING",
        /// It is not.
        NotAvailable = "NOT_AVAILABLE",
        /// Making it failed.
        Error = "ERROR",
    }
}

open_enum! {
    /// Whether the account may use a model.
    pub enum AuthorizationStatus {
        /// It may.
        Authorized = "AUTHORIZED",
        /// It may not.
        NotAuthorized = "NOT_AUTHORIZED",
    }
}

open_enum! {
    /// Whether the account is entitled to a model.
    pub enum EntitlementAvailability {
        /// It is.
        Available = "AVAILABLE",
        /// It is not.
        NotAvailable = "NOT_AVAILABLE",
    }
}

open_enum! {
    /// Whether a model is offered in the region.
    pub enum RegionAvailability {
        /// It is.
        Available = "AVAILABLE",
        /// It is not.
        NotAvailable = "NOT_AVAILABLE",
    }
}

structure! {
    /// The agreement that a model needs.
    #[derive(Default)]
    pub struct AgreementAvailability {
        required {}
        optional {
            /// Whether it is made.
            status / with_status: AgreementStatus = "status",
            /// Why making it failed.
            error_message / with_error_message: String = "errorMessage",
        }
    }
}

structure! {
    /// What GetFoundationModelAvailability answers: what stands between this account and a model.
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
