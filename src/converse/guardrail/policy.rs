//! What each policy of a guardrail found.

open_enum! {
    /// What a guardrail does with a topic.
    pub enum GuardrailTopicType {
        /// It denies it.
        Deny = "DENY",
    }
}

open_enum! {
    /// What the topic policy did.
    pub enum GuardrailTopicPolicyAction {
        /// The content was blocked.
        Blocked = "BLOCKED",
        /// Nothing.
        None = "NONE",
    }
}

structure_without_builders! {
    /// A topic that the guardrail looked for.
    #[derive(Default)]
    pub struct GuardrailTopic {
        required {}
        optional {
            /// Its name.
            name: String = "name",
            /// What the guardrail does with it.
            kind: GuardrailTopicType = "type",
            /// What was done.
            action: GuardrailTopicPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

structure_without_builders! {
    /// What the topic policy found.
    #[derive(Default)]
    pub struct GuardrailTopicPolicyAssessment {
        required {}
        optional {
            /// The topics.
            topics: Vec<GuardrailTopic> = "topics",
        }
    }
}

open_enum! {
    /// What a content filter looks for.
    pub enum GuardrailContentFilterType {
        /// Insults.
        Insults = "INSULTS",
        /// Hate.
        Hate = "HATE",
        /// Sexual content.
        Sexual = "SEXUAL",
        /// Violence.
        Violence = "VIOLENCE",
        /// Misconduct.
        Misconduct = "MISCONDUCT",
        /// Attempts to override the instructions.
        PromptAttack = "PROMPT_ATTACK",
    }
}

open_enum! {
    /// The confidence of a content filter.
    pub enum GuardrailContentFilterConfidence {
        /// None.
        None = "NONE",
        /// Low.
        Low = "LOW",
        /// Medium.
        Medium = "MEDIUM",
        /// High.
        High = "HIGH",
    }
}

open_enum! {
    /// How strict a content filter is.
    pub enum GuardrailContentFilterStrength {
        /// None.
        None = "NONE",
        /// Low.
        Low = "LOW",
        /// Medium.
        Medium = "MEDIUM",
        /// High.
        High = "HIGH",
    }
}

open_enum! {
    /// What the content policy did.
    pub enum GuardrailContentPolicyAction {
        /// The content was blocked.
        Blocked = "BLOCKED",
        /// Nothing.
        None = "NONE",
    }
}

structure_without_builders! {
    /// What a content filter found.
    #[derive(Default)]
    pub struct GuardrailContentFilter {
        required {}
        optional {
            /// What it looks for.
            kind: GuardrailContentFilterType = "type",
            /// Its confidence.
            confidence: GuardrailContentFilterConfidence = "confidence",
            /// How strict it is.
            filter_strength: GuardrailContentFilterStrength = "filterStrength",
            /// What was done.
            action: GuardrailContentPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

structure_without_builders! {
    /// What the content policy found.
    #[derive(Default)]
    pub struct GuardrailContentPolicyAssessment {
        required {}
        optional {
            /// The filters.
            filters: Vec<GuardrailContentFilter> = "filters",
        }
    }
}

open_enum! {
    /// What the word policy did.
    pub enum GuardrailWordPolicyAction {
        /// The content was blocked.
        Blocked = "BLOCKED",
        /// Nothing.
        None = "NONE",
    }
}

structure_without_builders! {
    /// A word from the guardrail's own list.
    #[derive(Default)]
    pub struct GuardrailCustomWord {
        required {}
        optional {
            /// The word.
            matched: String = "match",
            /// What was done.
            action: GuardrailWordPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

open_enum! {
    /// A word list maintained by the service.
    pub enum GuardrailManagedWordType {
        /// Profanity.
        Profanity = "PROFANITY",
    }
}

structure_without_builders! {
    /// A word from a list maintained by the service.
    #[derive(Default)]
    pub struct GuardrailManagedWord {
        required {}
        optional {
            /// The word.
            matched: String = "match",
            /// The list.
            kind: GuardrailManagedWordType = "type",
            /// What was done.
            action: GuardrailWordPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

structure_without_builders! {
    /// What the word policy found.
    #[derive(Default)]
    pub struct GuardrailWordPolicyAssessment {
        required {}
        optional {
            /// Words from the guardrail's own list.
            custom_words: Vec<GuardrailCustomWord> = "customWords",
            /// Words from the lists maintained by the service.
            managed_word_lists: Vec<GuardrailManagedWord> = "managedWordLists",
        }
    }
}

open_enum! {
    /// A kind of personal data.
    pub enum GuardrailPiiEntityType {
        /// A postal address.
        Address = "ADDRESS",
        /// An age.
        Age = "AGE",
        /// An AWS access key id.
        AwsAccessKey = "AWS_ACCESS_KEY",
        /// An AWS secret access key.
        AwsSecretKey = "AWS_SECRET_KEY",
        /// A Canadian health number.
        CaHealthNumber = "CA_HEALTH_NUMBER",
        /// A Canadian social insurance number.
        CaSocialInsuranceNumber = "CA_SOCIAL_INSURANCE_NUMBER",
        /// A card's verification code.
        CreditDebitCardCvv = "CREDIT_DEBIT_CARD_CVV",
        /// A card's expiry date.
        CreditDebitCardExpiry = "CREDIT_DEBIT_CARD_EXPIRY",
        /// A card's number.
        CreditDebitCardNumber = "CREDIT_DEBIT_CARD_NUMBER",
        /// A driver's license number.
        DriverId = "DRIVER_ID",
        /// An e-mail address.
        Email = "EMAIL",
        /// An IBAN.
        InternationalBankAccountNumber = "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
        /// An IP address.
        IpAddress = "IP_ADDRESS",
        /// A license plate.
        LicensePlate = "LICENSE_PLATE",
        /// A MAC address.
        MacAddress = "MAC_ADDRESS",
        /// A name.
        Name = "NAME",
        /// A password.
        Password = "PASSWORD",
        /// A telephone number.
        Phone = "PHONE",
        /// A PIN.
        Pin = "PIN",
        /// A SWIFT code.
        SwiftCode = "SWIFT_CODE",
        /// A British NHS number.
        UkNationalHealthServiceNumber = "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
        /// A British national insurance number.
        UkNationalInsuranceNumber = "UK_NATIONAL_INSURANCE_NUMBER",
        /// A British taxpayer reference.
        UkUniqueTaxpayerReferenceNumber = "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
        /// A URL.
        Url = "URL",
        /// A user name.
        Username = "USERNAME",
        /// A US bank account number.
        UsBankAccountNumber = "US_BANK_ACCOUNT_NUMBER",
        /// A US bank routing number.
        UsBankRoutingNumber = "US_BANK_ROUTING_NUMBER",
        /// A US taxpayer number.
        UsIndividualTaxIdentificationNumber = "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
        /// A US passport number.
        UsPassportNumber = "US_PASSPORT_NUMBER",
        /// A US social security number.
        UsSocialSecurityNumber = "US_SOCIAL_SECURITY_NUMBER",
        /// A vehicle identification number.
        VehicleIdentificationNumber = "VEHICLE_IDENTIFICATION_NUMBER",
    }
}

open_enum! {
    /// What the sensitive information policy did.
    pub enum GuardrailSensitiveInformationPolicyAction {
        /// It was masked.
        Anonymized = "ANONYMIZED",
        /// The content was blocked.
        Blocked = "BLOCKED",
        /// Nothing.
        None = "NONE",
    }
}

structure_without_builders! {
    /// A kind of personal data that the guardrail looked for.
    #[derive(Default)]
    pub struct GuardrailPiiEntityFilter {
        required {}
        optional {
            /// The text.
            matched: String = "match",
            /// The kind.
            kind: GuardrailPiiEntityType = "type",
            /// What was done.
            action: GuardrailSensitiveInformationPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

structure_without_builders! {
    /// A pattern that the guardrail looked for.
    #[derive(Default)]
    pub struct GuardrailRegexFilter {
        required {}
        optional {
            /// Its name.
            name: String = "name",
            /// The text.
            matched: String = "match",
            /// The pattern.
            regex: String = "regex",
            /// What was done.
            action: GuardrailSensitiveInformationPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

structure_without_builders! {
    /// What the sensitive information policy found.
    #[derive(Default)]
    pub struct GuardrailSensitiveInformationPolicyAssessment {
        required {}
        optional {
            /// Personal data.
            pii_entities: Vec<GuardrailPiiEntityFilter> = "piiEntities",
            /// Patterns.
            regexes: Vec<GuardrailRegexFilter> = "regexes",
        }
    }
}

open_enum! {
    /// What a response is checked against.
    pub enum GuardrailContextualGroundingFilterType {
        /// The sources.
        Grounding = "GROUNDING",
        /// The question.
        Relevance = "RELEVANCE",
    }
}

open_enum! {
    /// What the contextual grounding policy did.
    pub enum GuardrailContextualGroundingPolicyAction {
        /// The content was blocked.
        Blocked = "BLOCKED",
        /// Nothing.
        None = "NONE",
    }
}

structure_without_builders! {
    /// How well a response is grounded in its sources or fits the question.
    #[derive(Default)]
    pub struct GuardrailContextualGroundingFilter {
        required {}
        optional {
            /// What it is checked against.
            kind: GuardrailContextualGroundingFilterType = "type",
            /// The score below which it is blocked, 0 to 1.
            threshold: f64 = "threshold",
            /// The score, 0 to 1.
            score: f64 = "score",
            /// What was done.
            action: GuardrailContextualGroundingPolicyAction = "action",
            /// Whether it was found.
            detected: bool = "detected",
        }
    }
}

structure_without_builders! {
    /// What the contextual grounding policy found.
    #[derive(Default)]
    pub struct GuardrailContextualGroundingPolicyAssessment {
        required {}
        optional {
            /// The filters.
            filters: Vec<GuardrailContextualGroundingFilter> = "filters",
        }
    }
}
