//! What the automated reasoning policy of a guardrail found.

structure_without_builders! {
    /// What the automated reasoning policy found.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningPolicyAssessment {
        required {}
        optional {
            /// The findings.
            findings: Vec<GuardrailAutomatedReasoningFinding> = "findings",
        }
    }
}

union! {
    /// A finding of the automated reasoning policy.
    pub enum GuardrailAutomatedReasoningFinding {
        /// The claims follow from the premises.
        Valid(GuardrailAutomatedReasoningValidFinding) = "valid",
        /// The claims contradict the policy.
        Invalid(GuardrailAutomatedReasoningInvalidFinding) = "invalid",
        /// The claims may be true or false.
        Satisfiable(GuardrailAutomatedReasoningSatisfiableFinding) = "satisfiable",
        /// The premises or the policy contradict themselves.
        Impossible(GuardrailAutomatedReasoningImpossibleFinding) = "impossible",
        /// The text can be read in several ways.
        TranslationAmbiguous(GuardrailAutomatedReasoningTranslationAmbiguousFinding) = "translationAmbiguous",
        /// The text is too complex.
        TooComplex(GuardrailAutomatedReasoningTooComplexFinding) = "tooComplex",
        /// The text says nothing that the policy covers.
        NoTranslations(GuardrailAutomatedReasoningNoTranslationsFinding) = "noTranslations",
    }
}

structure_without_builders! {
    /// The claims follow from the premises.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningValidFinding {
        required {}
        optional {
            /// The text translated to logic.
            translation: GuardrailAutomatedReasoningTranslation = "translation",
            /// A case in which the claims are true.
            claims_true_scenario: GuardrailAutomatedReasoningScenario = "claimsTrueScenario",
            /// The rules that support them.
            supporting_rules: Vec<GuardrailAutomatedReasoningRule> = "supportingRules",
            /// A flaw in the logic itself.
            logic_warning: GuardrailAutomatedReasoningLogicWarning = "logicWarning",
        }
    }
}

structure_without_builders! {
    /// The claims contradict the policy.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningInvalidFinding {
        required {}
        optional {
            /// The text translated to logic.
            translation: GuardrailAutomatedReasoningTranslation = "translation",
            /// The rules that they contradict.
            contradicting_rules: Vec<GuardrailAutomatedReasoningRule> = "contradictingRules",
            /// A flaw in the logic itself.
            logic_warning: GuardrailAutomatedReasoningLogicWarning = "logicWarning",
        }
    }
}

structure_without_builders! {
    /// The claims may be true or false.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningSatisfiableFinding {
        required {}
        optional {
            /// The text translated to logic.
            translation: GuardrailAutomatedReasoningTranslation = "translation",
            /// A case in which the claims are true.
            claims_true_scenario: GuardrailAutomatedReasoningScenario = "claimsTrueScenario",
            /// A case in which the claims are false.
            claims_false_scenario: GuardrailAutomatedReasoningScenario = "claimsFalseScenario",
            /// A flaw in the logic itself.
            logic_warning: GuardrailAutomatedReasoningLogicWarning = "logicWarning",
        }
    }
}

structure_without_builders! {
    /// The premises or the policy contradict themselves.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningImpossibleFinding {
        required {}
        optional {
            /// The text translated to logic.
            translation: GuardrailAutomatedReasoningTranslation = "translation",
            /// The conflicting rules.
            contradicting_rules: Vec<GuardrailAutomatedReasoningRule> = "contradictingRules",
            /// A flaw in the logic itself.
            logic_warning: GuardrailAutomatedReasoningLogicWarning = "logicWarning",
        }
    }
}

structure_without_builders! {
    /// The text can be read in several ways.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningTranslationAmbiguousFinding {
        required {}
        optional {
            /// The possible readings.
            options: Vec<GuardrailAutomatedReasoningTranslationOption> = "options",
            /// Cases in which they differ.
            difference_scenarios: Vec<GuardrailAutomatedReasoningScenario> = "differenceScenarios",
        }
    }
}

structure_without_builders! {
    /// The text is too complex.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningTooComplexFinding {
        required {}
        optional {}
    }
}

structure_without_builders! {
    /// The text says nothing that the policy covers.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningNoTranslationsFinding {
        required {}
        optional {}
    }
}

structure_without_builders! {
    /// One way to read a text.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningTranslationOption {
        required {}
        optional {
            /// The text translated to logic.
            translations: Vec<GuardrailAutomatedReasoningTranslation> = "translations",
        }
    }
}

structure_without_builders! {
    /// A text translated to logic.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningTranslation {
        required {}
        optional {
            /// What it takes as given.
            premises: Vec<GuardrailAutomatedReasoningStatement> = "premises",
            /// What it claims.
            claims: Vec<GuardrailAutomatedReasoningStatement> = "claims",
            /// Premises that could not be translated.
            untranslated_premises: Vec<GuardrailAutomatedReasoningInputTextReference> = "untranslatedPremises",
            /// Claims that could not be translated.
            untranslated_claims: Vec<GuardrailAutomatedReasoningInputTextReference> = "untranslatedClaims",
            /// The confidence of the translation, 0 to 1.
            confidence: f64 = "confidence",
        }
    }
}

structure_without_builders! {
    /// A case that the policy allows.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningScenario {
        required {}
        optional {
            /// What holds in it.
            statements: Vec<GuardrailAutomatedReasoningStatement> = "statements",
        }
    }
}

open_enum! {
    /// A flaw in the logic itself.
    pub enum GuardrailAutomatedReasoningLogicWarningType {
        /// It is false in every case.
        AlwaysFalse = "ALWAYS_FALSE",
        /// It is true in every case.
        AlwaysTrue = "ALWAYS_TRUE",
    }
}

structure_without_builders! {
    /// A flaw in the logic itself.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningLogicWarning {
        required {}
        optional {
            /// The flaw.
            kind: GuardrailAutomatedReasoningLogicWarningType = "type",
            /// The premises concerned.
            premises: Vec<GuardrailAutomatedReasoningStatement> = "premises",
            /// The claims concerned.
            claims: Vec<GuardrailAutomatedReasoningStatement> = "claims",
        }
    }
}

structure_without_builders! {
    /// A rule of the policy.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningRule {
        required {}
        optional {
            /// Its id.
            identifier: String = "identifier",
            /// The ARN of the policy and version.
            policy_version_arn: String = "policyVersionArn",
        }
    }
}

structure_without_builders! {
    /// A statement.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningStatement {
        required {}
        optional {
            /// As a logical formula.
            logic: String = "logic",
            /// In natural language.
            natural_language: String = "naturalLanguage",
        }
    }
}

structure_without_builders! {
    /// A piece of the text.
    #[derive(Default)]
    pub struct GuardrailAutomatedReasoningInputTextReference {
        required {}
        optional {
            /// The piece.
            text: String = "text",
        }
    }
}
