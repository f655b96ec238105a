//! Citations, and the search results and documents that they refer to.

structure! {
    /// Whether the model cites a document or a search result.
    pub struct CitationsConfig {
        required {
            /// On or off.
            enabled: bool = "enabled",
        }
        optional {}
    }
}

structure! {
    /// A text of a search result.
    pub struct SearchResultContent {
        required {
            /// The text.
            text: String = "text",
        }
        optional {}
    }
}

structure! {
    /// A search result that the model may use and cite.
    pub struct SearchResult {
        required {
            /// The URL or name of the place it came from.
            source: String = "source",
            /// Its title.
            title: String = "title",
            /// Its texts.
            content: Vec<SearchResultContent> = "content",
        }
        optional {
            /// Whether the model cites it.
            citations / with_citations: CitationsConfig = "citations",
        }
    }
}

structure! {
    /// A web page.
    #[derive(Default)]
    pub struct WebLocation {
        required {}
        optional {
            /// Its address.
            url / with_url: String = "url",
            /// Its domain.
            domain / with_domain: String = "domain",
        }
    }
}

structure! {
    /// A range of characters in a document.
    #[derive(Default)]
    pub struct DocumentCharLocation {
        required {}
        optional {
            /// The index of the document in the request, from 0.
            document_index / with_document_index: i32 = "documentIndex",
            /// The first character.
            start / with_start: i32 = "start",
            /// The end of the range.
            end / with_end: i32 = "end",
        }
    }
}

structure! {
    /// A range of pages in a document.
    #[derive(Default)]
    pub struct DocumentPageLocation {
        required {}
        optional {
            /// The index of the document in the request, from 0.
            document_index / with_document_index: i32 = "documentIndex",
            /// The first page.
            start / with_start: i32 = "start",
            /// The end of the range.
            end / with_end: i32 = "end",
        }
    }
}

structure! {
    /// A range of the parts that a document was split into.
    #[derive(Default)]
    pub struct DocumentChunkLocation {
        required {}
        optional {
            /// The index of the document in the request, from 0.
            document_index / with_document_index: i32 = "documentIndex",
            /// The first part.
            start / with_start: i32 = "start",
            /// The end of the range.
            end / with_end: i32 = "end",
        }
    }
}

structure! {
    /// A range of the texts of a search result.
    #[derive(Default)]
    pub struct SearchResultLocation {
        required {}
        optional {
            /// The index of the search result in the request, from 0.
            search_result_index / with_search_result_index: i32 = "searchResultIndex",
            /// The first text.
            start / with_start: i32 = "start",
            /// The end of the range.
            end / with_end: i32 = "end",
        }
    }
}

union! {
    /// Where the cited text is.
    pub enum CitationLocation {
        /// On the web.
        Web(WebLocation) = "web",
        /// In a document, by characters.
        DocumentChar(DocumentCharLocation) = "documentChar",
        /// In a document, by pages.
        DocumentPage(DocumentPageLocation) = "documentPage",
        /// In a document, by the parts it was split into.
        DocumentChunk(DocumentChunkLocation) = "documentChunk",
        /// In a search result.
        SearchResultLocation(SearchResultLocation) = "searchResultLocation",
    }
}

union! {
    /// A passage of the cited source.
    pub enum CitationSourceContent {
        /// Text.
        Text(String) = "text",
    }
}

structure! {
    /// One citation: what supports a generated text.
    #[derive(Default)]
    pub struct Citation {
        required {}
        optional {
            /// The title of the source.
            title / with_title: String = "title",
            /// The source of a search result.
            source / with_source: String = "source",
            /// The passages.
            source_content / with_source_content: Vec<CitationSourceContent> = "sourceContent",
            /// Where they are.
            location / with_location: CitationLocation = "location",
        }
    }
}

union! {
    /// A generated text that citations support.
    pub enum CitationGeneratedContent {
        /// Text.
        Text(String) = "text",
    }
}

structure! {
    /// Generated text with the citations that support it.
    #[derive(Default)]
    pub struct CitationsContent {
        required {}
        optional {
            /// The text.
            content / with_content: Vec<CitationGeneratedContent> = "content",
            /// What supports it.
            citations / with_citations: Vec<Citation> = "citations",
        }
    }
}

impl CitationsContent {
    /// Returns the generated text, joined without separators.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.content.iter().flatten();
        parts
            .filter_map(|part| match part {
                CitationGeneratedContent::Text(text) => Some(text.as_str()),
                CitationGeneratedContent::Unknown { .. } => None,
            })
            .collect()
    }
}
