"""The MCP door: what agents may do here, as tools, resources and prompts. Imported when the first agent comes."""
